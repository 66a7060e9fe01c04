// A list of places or assets from a spreadsheet: choose a file, say what its columns are, see what it would do, and do it.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { FileSpreadsheet } from "lucide-react";
import { lazy, Suspense, useRef, useState, type DragEvent } from "react";
import { useTranslation } from "@/i18n";
import { manages } from "@/api/types";
import { NotFound } from "@/app/NotFound";
import { useMe } from "@/app/session";
import { buttonClass } from "@/ui/Button";
import { Check } from "./Check";
import { headOf, KINDS, TARGETS, type Kind } from "@/sheet/columns";
import { Columns } from "./Columns";
import { runsOf, type Run } from "./kept";
import { RunView } from "./RunView";
import { tableOf, Unreadable, type Table } from "@/sheet/table";
import { saveRows } from "@/sheet/write";

const Starters = lazy(() => import("./Starters"));

export function ImportPage() {
  const { role, id } = useMe();
  return manages(role) ? <Import user={id} kinds={KINDS.filter((kind) => role === "admin" || !ADMINS.has(kind))} /> : <NotFound />;
}

/** What administrators alone may change. */
const ADMINS = new Set<Kind>(["people", "categories"]);

interface Chosen { file: File; table: Table }

function Import({ user, kinds }: { user: string; kinds: Kind[] }) {
  const { t } = useTranslation();
  const { kind: asked = "assets" } = useSearch({ from: "/app/import" });
  const kind = kinds.includes(asked) ? asked : "assets";
  const navigate = useNavigate({ from: "/import" });
  const client = useQueryClient();
  const runs = useQuery({ queryKey: ["imports", user], queryFn: () => runsOf(user), networkMode: "always", retry: false });
  const [chosen, setChosen] = useState<Chosen>();
  const [fault, setFault] = useState<Unreadable["why"]>();
  const [choice, setChoice] = useState<Parameters<typeof Check>[0]["choice"]>();
  const again = () => client.invalidateQueries({ queryKey: ["imports", user] });
  const open = async (file: File, sheet?: string) => {
    setChoice(undefined);
    try {
      setChosen({ file, table: await tableOf(file, sheet) });
      setFault(undefined);
    } catch (error) {
      setChosen(undefined);
      setFault(error instanceof Unreadable ? error.why : "broken");
    }
  };
  const begun = async (run: Run) => {
    setChosen(undefined);
    setChoice(undefined);
    client.setQueryData(["imports", user], (before: Run[] = []) => [run, ...before]);
    await again();
  };
  return (
    <div className="flex flex-col gap-5">
      <h1>{t("import.title")}</h1>
      <div role="group" aria-label={t("import.what")} className="flex flex-wrap gap-2">
        {kinds.map((one) => (
          <button key={one} type="button" aria-pressed={one === kind} onClick={() => { setChoice(undefined); void navigate({ search: { kind: one }, replace: true }); }} className={`${buttonClass()} aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-accent-text`}>{t(`import.${one}`)}</button>
        ))}
      </div>
      <Choose name={chosen?.file.name} fault={fault} onFile={(file) => void open(file)} onSample={() => void saveRows(`${kind}-${t("import.sample_name")}.xlsx`, [TARGETS[kind].map(headOf)])} />
      {(kind === "requests" || kind === "people") && <p className="text-sm text-muted">{t(`import.hint_${kind}`)}</p>}
      {!chosen && kind === "places" && <Suspense><Starters user={user} onBegun={(run) => void begun(run)} /></Suspense>}
      {chosen && !choice && <Columns key={`${kind} ${chosen.file.name} ${chosen.table.sheet}`} kind={kind} table={chosen.table} onSheet={(sheet) => void open(chosen.file, sheet)} onChoice={setChoice} />}
      {chosen && choice && <Check choice={choice} table={chosen.table} file={chosen.file.name} user={user} onBack={() => setChoice(undefined)} onBegun={(run) => void begun(run)} />}
      {!chosen && (runs.data ?? []).length > 0 && (
        <section aria-label={t("import.runs")} className="flex flex-col gap-3">
          <h2>{t("import.runs")}</h2>
          {runs.data!.map((run) => <RunView key={run.id} run={run} onForgotten={() => void again()} />)}
        </section>
      )}
      {runs.error && <p role="status" className="text-sm text-muted">{t("import.not_kept")}</p>}
    </div>
  );
}

function Choose({ name, fault, onFile, onSample }: { name?: string; fault?: Unreadable["why"]; onFile: (file: File) => void; onSample: () => void }) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const [file] = event.dataTransfer.files;
    if (file) onFile(file);
  };
  return (
    <div onDragOver={(event) => { event.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)} onDrop={drop} className={`card flex flex-col items-start gap-3 border-dashed p-4 ${isOver ? "border-accent bg-accent-soft" : ""}`}>
      <p className="text-sm text-muted">{t("import.hint")}</p>
      <div className="flex flex-wrap items-center gap-3">
        <label className={`${buttonClass(name ? "plain" : "primary")} cursor-pointer has-focus-visible:outline-2 has-focus-visible:outline-offset-2`}>
          <FileSpreadsheet aria-hidden className="size-4" />{t("import.choose")}
          <input ref={input} type="file" accept=".csv,.tsv,.txt,.xlsx,text/csv" className="sr-only" onChange={({ target }) => { const [file] = target.files ?? []; target.value = ""; if (file) onFile(file); }} />
        </label>
        <button type="button" onClick={onSample} className={buttonClass("quiet")}>{t("import.sample")}</button>
        {name && <span dir="auto" className="words text-sm font-semibold">{name}</span>}
      </div>
      {fault && <p role="alert" className="text-sm text-danger">{t(`import.fault_${fault}`)}</p>}
    </div>
  );
}
