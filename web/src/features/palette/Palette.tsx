// One search for everything that there is, and for what can be done (the combobox pattern of ARIA: the focus stays in the field). Below
// the hand nothing moves: lines come only below those that are there, and what is chosen stays chosen.
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { QrCode, ScanLine, Search, X } from "lucide-react";
import { lazy, Suspense, useEffect, useId, useRef, useState, type KeyboardEvent, type MouseEvent, type ReactNode } from "react";
import { useTranslation, withMore } from "@/i18n";
import { takeTyped } from "@/app/palette";
import { useMe } from "@/app/session";
import { openedLately } from "@/offline/opened";
import { codeIn } from "@/resources/label/code";
import { openedEntry, type Entry, type Group } from "./entries";
import { Line } from "./Line";
import { useCommands } from "./useCommands";
import { isMeant, useFound } from "./useFound";

const ScanDialog = lazy(() => withMore(import("@/resources/label/ScanDialog")));

const LONGEST = 100;
/** So many commands are beside what is found. */
const MOST_COMMANDS = 4;

interface Props {
  onHelp: () => void;
  onClose: () => void;
}

export default function Palette(props: Props): ReactNode {
  const [isScanning, setScanning] = useState(false);
  const navigate = useNavigate();
  const follow = (code: string) => {
    props.onClose();
    void navigate({ to: "/t/$code", params: { code } });
  };
  return isScanning ? <Suspense><ScanDialog onCode={follow} onClose={props.onClose} /></Suspense> : <Box {...props} onScan={() => setScanning(true)} />;
}

function Box({ onHelp, onScan, onClose }: Props & { onScan: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const dialog = useRef<HTMLDialogElement>(null);
  const isPressedBeside = useRef(false);
  const list = useId();
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState<string>();
  const sought = text.trim();
  const { groups, ...state } = useGroups(sought, onHelp, onScan);
  const entries = groups.flatMap((group) => group.entries);
  const at = Math.max(0, entries.findIndex(({ key }) => key === chosen));
  const active = entries[at];
  useEffect(() => {
    const element = dialog.current;
    if (element && !element.open) element.showModal();
    setText(takeTyped());
    return () => element?.close();
  }, []);
  const choose = (to: number) => {
    setChosen(entries[to]?.key);
    document.getElementById(`${list}-${to}`)?.scrollIntoView({ block: "nearest" });
  };
  const go = (entry: Entry, isBeside: boolean) => {
    if (isBeside && entry.href) return void window.open(entry.href, "_blank", "noopener");
    if (!entry.isHere) onClose();
    if (entry.run) entry.run();
    else void navigate({ href: entry.href! });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // What a composition takes is its own.
    if (event.nativeEvent.isComposing || event.keyCode === 229 || entries.length === 0 || event.shiftKey || event.altKey) return;
    const isCommand = event.ctrlKey || event.metaKey;
    const to = isCommand ? undefined : { ArrowDown: (at + 1) % entries.length, ArrowUp: (at - 1 + entries.length) % entries.length, Home: 0, End: entries.length - 1 }[event.key];
    if (to !== undefined) choose(to);
    else if (event.key === "Enter" && active) go(active, isCommand);
    else return;
    event.preventDefault();
  };
  const onPress = (event: MouseEvent, entry: Entry) => {
    event.preventDefault();
    go(entry, event.button === 1 || event.ctrlKey || event.metaKey);
  };
  const told = state.isBusy ? t("common.loading") : state.isKept ? t("palette.kept") : state.hasFailed ? t("palette.failed") : entries.length === 0 ? t("palette.none") : sought === "" ? "" : t("palette.count", { count: entries.length });
  return (
    <dialog
      ref={dialog} aria-label={t("palette.title")} onClose={onClose}
      onPointerDown={(event) => void (isPressedBeside.current = event.target === dialog.current)}
      onClick={(event) => event.target === dialog.current && isPressedBeside.current && onClose()}
      className="m-0 h-dvh max-h-none w-dvw max-w-none bg-surface text-ink shadow-2xl sm:mx-auto sm:mt-[10dvh] sm:h-[min(34rem,75dvh)] sm:w-[40rem] sm:rounded-2xl sm:border"
    >
      <div className="flex h-full flex-col">
        <div className="flex items-center gap-2 border-b px-2 py-1.5">
          <label className="relative min-w-0 flex-1">
            <Search aria-hidden className="pointer-events-none absolute top-1/2 left-3 size-4 -translate-y-1/2 text-muted" />
            <input
              type="text" role="combobox" dir="auto" autoComplete="off" autoCapitalize="off" spellCheck={false} enterKeyHint="go" autoFocus maxLength={LONGEST}
              aria-label={t("palette.title")} placeholder={t("palette.hint")} aria-expanded={entries.length > 0} aria-controls={list} aria-autocomplete="list" aria-activedescendant={active && `${list}-${at}`}
              value={text} onChange={({ target }) => { setText(target.value); setChosen(undefined); }} onKeyDown={onKeyDown}
              className="field border-transparent! pl-9 placeholder:text-muted"
            />
          </label>
          <button type="button" aria-label={t("scan.title")} title={t("scan.title")} onClick={onScan} className="grid size-11 shrink-0 place-items-center rounded-lg text-muted hover:bg-sunken"><ScanLine aria-hidden className="size-5" /></button>
          <button type="button" aria-label={t("common.close")} onClick={onClose} className="grid size-11 shrink-0 place-items-center rounded-lg text-muted hover:bg-sunken"><X aria-hidden className="size-5" /></button>
        </div>
        <div id={list} role="listbox" aria-label={t("palette.found")} hidden={entries.length === 0} className="min-h-0 overflow-y-auto overscroll-contain pb-2 max-sm:pb-[40dvh]">
          {groups.map((group) => (
            <div key={group.label} role="group" aria-label={t(group.label)}>
              <div aria-hidden className="px-4 pt-3 pb-1 text-xs font-semibold text-muted">{t(group.label)}</div>
              {group.entries.map((entry) => {
                const index = entries.indexOf(entry);
                return <Line key={entry.key} id={`${list}-${index}`} entry={entry} sought={sought} isActive={entry === active} onPoint={() => setChosen(entry.key)} onPress={(event) => onPress(event, entry)} />;
              })}
            </div>
          ))}
        </div>
        <p role="status" className="shrink-0 px-4 py-2 text-xs text-muted empty:hidden">{told}</p>
      </div>
    </dialog>
  );
}

/** Commands are there at once, so they come first; where nothing is sought, what was opened lately is in front of them. */
function useGroups(sought: string, onHelp: () => void, onScan: () => void) {
  const { t } = useTranslation();
  const me = useMe();
  const commands = useCommands(onHelp, onScan);
  const { groups, ...state } = useFound(sought, me);
  const opened = useQuery({ queryKey: ["palette", "opened"], queryFn: openedLately, staleTime: 0, gcTime: 0 }).data;
  const code = /^\w{4}-\w{4}$/.test(sought) ? codeIn(sought) : undefined;
  const label: Entry[] = code ? [{ key: code, icon: QrCode, title: t("palette.label", { code }), href: `/t/${code}` }] : [];
  const meant = code ? label : sought === "" ? commands : commands.filter(({ title }) => isMeant(title, sought)).slice(0, MOST_COMMANDS);
  const lately: Group[] = sought === "" && opened && opened.length > 0 ? [{ label: "palette.lately", entries: opened.map(openedEntry) }] : [];
  // Not before it is known what was opened lately: it would push the commands away.
  const offered = sought === "" && opened === undefined ? [] : meant;
  return { groups: [...lately, ...(offered.length > 0 ? [{ label: "palette.commands", entries: offered }] : []), ...groups], ...state };
}
