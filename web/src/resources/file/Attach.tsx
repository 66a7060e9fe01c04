// The ways to put files to what one writes: chosen, taken with the camera, spoken, pasted, or dropped anywhere on the form around this.
// Each is made ready and kept on the device at once, in the order in which they came.
import { Camera, Paperclip } from "lucide-react";
import { useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "@/i18n";
import { useMe } from "@/app/session";
import { Button } from "@/ui/Button";
import { isolated } from "@/ui/isolated";
import { choose, mark, release, takeBack, unchoose, useDrafted, type Drafting } from "./drafted";
import { endingOf, namedByTime } from "./names";
import { prepare } from "./prepare";
import { Tray } from "./Tray";
import { useArrivals } from "./useArrivals";
import type { OnFiles } from "./useAttached";
import { canSpeak, Voice } from "./Voice";

export interface Props {
  draft: Drafting;
  /** So many of the draft's files are on another device. */
  elsewhere: number;
  /** Whether pictures may show how work was, or how it is now. */
  isOfWork?: boolean;
  /** What is chosen so far, and whether more is being made ready. */
  onChange: OnFiles;
}

/** What is pasted as a picture has the same name each time. */
const named = (file: File) => (/^image\.\w+$/.test(file.name) ? new File([file], namedByTime("image", endingOf(file.name), new Date()), { type: file.type }) : file);

export default function Attach({ draft, elsewhere, isOfWork, onChange }: Props) {
  const { t } = useTranslation();
  const me = useMe().id;
  const option = useId();
  const place = useRef<HTMLDivElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const camera = useRef<HTMLInputElement>(null);
  const known = useDrafted(me, draft);
  const files = known ?? [];
  const [coming, setComing] = useState(0);
  const [empty, setEmpty] = useState<string[]>([]);
  const [isOriginal, setOriginal] = useState(false);
  const turn = useRef<Promise<unknown>>(Promise.resolve());

  const add = (chosen: readonly File[]) => {
    const [some, none] = [chosen.filter(({ size }) => size > 0), chosen.filter(({ size }) => size === 0)];
    setEmpty(none.map(({ name }) => name));
    setComing((before) => before + some.length);
    for (const file of some) {
      turn.current = turn.current.then(async () => {
        await choose(me, draft.id, await prepare(named(file), isOriginal));
      }).catch(() => setEmpty((before) => [...before, file.name])).finally(() => setComing((before) => before - 1));
    }
  };
  useArrivals(place, add);
  useEffect(() => {
    if (known) onChange(known, coming > 0, { release, takeBack, unchoose });
  }, [known, coming > 0]);
  // Whoever attaches something without a network sees it wait.
  useEffect(() => void import("./WaitingFiles").catch(() => undefined), []);
  const take = ({ currentTarget }: { currentTarget: HTMLInputElement }) => {
    add([...(currentTarget.files ?? [])]);
    // The same file may be chosen once more.
    currentTarget.value = "";
  };
  return (
    <div ref={place} className="flex min-w-0 flex-col gap-2">
      <Tray files={files} coming={coming} onRemove={(file) => void unchoose([file])} onMark={isOfWork ? (file, shows) => void mark(file, shows) : undefined} />
      {known && elsewhere > 0 && files.length === 0 && <p className="text-sm text-muted">{t("files.elsewhere", { count: elsewhere })}</p>}
      {empty.map((name) => <p key={name} role="alert" className="words text-sm text-danger">{t("files.unreadable", { name: isolated(name) })}</p>)}
      <div className="flex flex-wrap items-center gap-1">
        <input ref={picker} type="file" multiple hidden data-files onChange={take} />
        <input ref={camera} type="file" accept="image/*" capture="environment" hidden data-camera onChange={take} />
        <Button kind="quiet" className="px-2.5!" aria-label={t("files.attach")} title={t("files.attach")} onClick={() => picker.current?.click()}><Paperclip aria-hidden className="size-5" /></Button>
        <Button kind="quiet" className="hidden px-2.5! pointer-coarse:inline-flex" aria-label={t("files.camera")} title={t("files.camera")} onClick={() => camera.current?.click()}><Camera aria-hidden className="size-5" /></Button>
        {canSpeak() && <Voice onSpoken={(file) => add([file])} />}
        {files.length + coming > 0 && (
          <label htmlFor={option} title={t("files.original_hint")} className="flex min-h-9 cursor-pointer items-center gap-2 px-2 text-xs text-muted">
            <input id={option} type="checkbox" checked={isOriginal} onChange={({ target }) => setOriginal(target.checked)} className="size-4 accent-accent" />{t("files.original")}
          </label>
        )}
      </div>
      <span role="status" className="sr-only">{coming > 0 ? t("files.preparing", { count: coming }) : files.length > 0 ? t("files.count", { count: files.length }) : ""}</span>
    </div>
  );
}
