// An import on its way, or done: how far it is, what failed, and the way back.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "@/i18n";
import { ErrorWords } from "@/app/ErrorWords";
import { assetsChanged } from "@/resources/asset/queries";
import { placesChanged } from "@/resources/place/queries";
import { saveRows } from "@/sheet/write";
import { Button } from "@/ui/Button";
import { When } from "@/ui/time";
import { forgetRun, keepRun, resultsOf, type Result, type Run } from "./kept";
import { carryOut, takeBack } from "./run";

type Work = "carry_out" | "take_back";
const SHOWN = 20;

/** What is on its way in this window goes on while other pages are looked at. */
const underway = new Map<string, { work: Work; stop: AbortController; results?: Map<number, Result> }>();
/** What lets in whom an import invited, by its row: known until the window is closed. */
const links = new Map<string, [line: number, link: string][]>();
/** What else an import may have changed. */
const CHANGED = [["requests"], ["people"], ["users"], ["categories"], ["settings"]];
/** So often the page looks how far it is, in milliseconds. */
const LOOK_MS = 500;

/** While it is on its way in this window, as that knows it: what is kept need not be read again and again. */
const soFar = async (id: string) => new Map(underway.get(id)?.results ?? (await resultsOf(id)));

export function RunView({ run, onForgotten }: { run: Run; onForgotten: () => void }) {
  const { t, exists } = useTranslation();
  const client = useQueryClient();
  const { data: results } = useQuery({ queryKey: ["imports", "results", run.id], queryFn: () => soFar(run.id), networkMode: "always", refetchInterval: () => (underway.has(run.id) ? LOOK_MS : false) });
  const [working, setWorking] = useState<Work | undefined>(() => underway.get(run.id)?.work);
  const [error, setError] = useState<unknown>();
  const [isWaiting, setWaiting] = useState(false);
  const [doSettingsStay, setSettingsStay] = useState(false);
  const work = async (what: Work) => {
    const stop = new AbortController();
    const mine: NonNullable<ReturnType<typeof underway.get>> = { work: what, stop };
    underway.set(run.id, mine);
    setWorking(what);
    setError(undefined);
    try {
      // One window at a time: what another one has done is read when it has.
      await navigator.locks.request(`import-${run.id}`, async () => {
        const results = await resultsOf(run.id);
        mine.results = results;
        await (what === "carry_out" ? carryOut : takeBack)(run, { signal: stop.signal, results, waits: setWaiting, words: { takenBack: t("import.taken_back_reason", { file: run.file }) } });
      });
      if (what === "take_back" && run.settings) {
        const { removeSettings } = await import("./starters/settings");
        setSettingsStay(!(await removeSettings(run.settings)));
        await keepRun({ ...run, settings: undefined });
      }
      if (run.settings) await client.invalidateQueries({ queryKey: ["imports", run.user] });
    } catch (cause) {
      if (!stop.signal.aborted) setError(cause);
    }
    const made = [...(mine.results ?? [])].flatMap(([line, { link }]) => (link ? [[line, link] as [number, string]] : []));
    if (made.length > 0) links.set(run.id, [...(links.get(run.id) ?? []), ...made]);
    underway.delete(run.id);
    setWorking(undefined);
    setWaiting(false);
    await client.invalidateQueries({ queryKey: ["imports", "results", run.id] });
    await Promise.all([placesChanged(client), assetsChanged(client), ...CHANGED.map((queryKey) => client.invalidateQueries({ queryKey }))]);
  };
  const isNew = useRef(Date.now() - run.at < 5_000);
  const begins = results?.size === 0 && isNew.current && !underway.has(run.id);
  useEffect(() => {
    if (!begins) return;
    isNew.current = false;
    void work("carry_out");
  });
  if (!results) return null;
  const count = (...outcomes: Result["outcome"][]) => [...results.values()].filter(({ outcome }) => outcomes.includes(outcome)).length;
  const [done, undone, stays, failed] = [count("made", "changed"), count("undone"), count("stays"), [...results.values()].filter(({ outcome }) => outcome === "failed")];
  const names = new Map(run.items.map(({ line, name }) => [line, name]));
  const secrets = (links.get(run.id) ?? []).flatMap(([line, link]) => (results.get(line)?.outcome === "made" ? [[names.get(line) ?? "", link]] : []));
  const left = run.items.length - results.size;
  const far = working === "take_back" ? undone + stays : results.size;
  const of = working === "take_back" ? done + undone + stays : run.items.length;
  return (
    <article aria-label={run.file} className="card flex flex-col gap-3 p-4">
      <div className="flex flex-wrap items-baseline gap-x-3"><h3 dir="auto" className="words">{run.file}</h3><span className="text-sm text-muted">{t(`import.${run.kind}`)}</span><span className="ml-auto text-sm text-muted"><When date={new Date(run.at).toISOString()} /></span></div>
      {working && <progress value={far} max={of} aria-label={t(`import.${working}`)} className="w-full accent-accent" />}
      <p role="status" className="text-sm">
        {working ? t(`import.${working}_far`, { far: far.toLocaleString(), of: of.toLocaleString() }) : t("import.result", { done: done.toLocaleString(), failed: failed.length.toLocaleString() })}
        {undone > 0 && ` ${t("import.undone", { count: undone })}`}{stays > 0 && ` ${t("import.stays", { count: stays })}`}
        {!working && left > 0 && ` ${t("import.left", { count: left })}`}{isWaiting && ` ${t("import.waits")}`}
        {run.settings && run.kind !== "categories" && ` ${t("import.settings_added")}`}{doSettingsStay && ` ${t("import.settings_stay")}`}
      </p>
      {failed.length > 0 && (
        <ul className="flex flex-col gap-1 text-sm">
          {failed.slice(0, SHOWN).map(({ line, code, detail, field }) => (
            <li key={line} className="words"><span className="font-semibold">{t("import.line", { line })}</span> <bdi>{names.get(line)}</bdi>: {field && field !== "body" ? `${field}: ` : ""}{exists(`import.failed_${code}`) ? t(`import.failed_${code as "in_use"}`) : exists(`problem.${code}`) ? t(`problem.${code as "code_taken"}`) : detail}</li>
          ))}
          {failed.length > SHOWN && <li className="text-muted">{t("import.more_faults", { count: failed.length - SHOWN })}</li>}
        </ul>
      )}
      {secrets.length > 0 && !working && (
        <div className="flex flex-col items-start gap-2 text-sm">
          <p>{t("import.links_hint")}</p>
          <Button onClick={() => void saveRows(`${t("import.links_name")}.xlsx`, [[t("import.column_name"), t("import.link")], ...secrets])}>{t("import.links_save")}</Button>
        </div>
      )}
      {error !== undefined && <ErrorWords error={error} />}
      <div className="flex flex-wrap gap-3">
        {working && <Button onClick={() => underway.get(run.id)?.stop.abort()}>{t("import.stop")}</Button>}
        {!working && left > 0 && undone + stays === 0 && <Button kind="primary" onClick={() => void work("carry_out")}>{t("import.resume")}</Button>}
        {!working && done + (run.settings?.length ?? 0) > 0 && <Button kind="danger" onClick={() => void work("take_back")}>{t("import.take_back_do")}</Button>}
        {!working && <Button kind="quiet" onClick={() => void forgetRun(run.id).then(onForgotten)}>{t("import.forget")}</Button>}
      </div>
    </article>
  );
}
