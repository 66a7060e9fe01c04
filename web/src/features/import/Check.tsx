// What the file would do, before it does anything: how many rows make or change something, and each cell that is wrong.
import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useMemo, useState } from "react";
import { useTranslation } from "@/i18n";
import { ErrorWords } from "@/app/ErrorWords";
import { Button } from "@/ui/Button";
import { headOf, type Target } from "@/sheet/columns";
import { keepRun, type Run } from "./kept";
import { planOf, type Choice, type Item } from "./plans";
import type { Table } from "@/sheet/table";
import { known } from "@/sheet/there";
import { saveRows } from "@/sheet/write";

/** So many mistakes are shown; all of them are in the file that one can have. */
const SHOWN = 50;

interface Props { choice: Choice; table: Table; file: string; user: string; onBack: () => void; onBegun: (run: Run) => void }

export function Check({ choice, table, file, user, onBack, onBegun }: Props) {
  const { t } = useTranslation();
  const [count, setCount] = useState(0);
  const [isUnkept, setUnkept] = useState(false);
  const { data, error, refetch } = useQuery({
    queryKey: ["imports", "known", choice.kind],
    queryFn: ({ signal }) => known(choice.kind, signal, setCount),
    // Each check is of what there is now.
    gcTime: 0, staleTime: Infinity, retry: 1,
  });
  const plan = useDeferredValue(useMemo(() => data && planOf(table.rows, data, choice), [data, table, choice]));
  if (error) return <div className="card flex flex-col items-start gap-3 p-4"><ErrorWords error={error} /><Button onClick={() => void refetch()}>{t("common.retry")}</Button></div>;
  if (!plan) return <p role="status" className="text-sm text-muted">{t("import.reading", { count })}</p>;
  const of = (act: Item["act"]) => plan.items.filter((item) => item.act === act).length;
  const todo = plan.items.filter(({ act }) => act === "make" || act === "change");
  const left = new Set(plan.errors.map(({ line }) => line)).size;
  // By the name that it has in the file.
  const nameOf = (column: Target) => table.head[choice.mapping.indexOf(column)] || headOf(column);
  const faults = plan.errors.map(({ line, column, value, fault }) => [String(line), nameOf(column), value, t(`import.error_${fault}`)]);
  const begin = async () => {
    const run: Run = { id: crypto.randomUUID(), user, kind: choice.kind, file, at: Date.now(), items: todo };
    try {
      await keepRun(run);
      onBegun(run);
    } catch {
      setUnkept(true);
    }
  };
  return (
    <section aria-label={t("import.checked")} className="flex flex-col gap-4">
      <h2>{t("import.checked")}</h2>
      <dl className="grid grid-cols-2 gap-3 sm:grid-cols-5">
        {([["make", of("make")], ["change", of("change")], ["same", of("same")], ["keep", of("keep")], ["wrong", left]] as const).map(([what, number]) => (
          <div key={what} className={`card flex flex-col-reverse p-3 ${what === "wrong" && number > 0 ? "border-danger" : ""}`}>
            <dt className="text-sm text-muted">{t(`import.would_${what}`)}</dt>
            <dd className="text-xl font-bold tabular-nums">{number.toLocaleString()}</dd>
          </div>
        ))}
      </dl>
      {left > 0 && (
        <div className="flex flex-col items-start gap-2">
          <p className="text-sm">{t("import.wrong_hint")}</p>
          <div role="region" aria-label={t("import.would_wrong")} tabIndex={0} className="card w-full overflow-x-auto">
            <table className="w-full text-left text-sm">
              <thead><tr className="text-muted">{(["line", "column", "value", "fault"] as const).map((head) => <th key={head} scope="col" className="p-2.5 font-semibold">{t(`import.head_${head}`)}</th>)}</tr></thead>
              <tbody className="divide-y">{faults.slice(0, SHOWN).map((cells, at) => <tr key={at}>{cells.map((cell, n) => <td key={n} dir="auto" className={`p-2.5 ${n === 2 ? "max-w-64 truncate" : ""}`}>{cell}</td>)}</tr>)}</tbody>
            </table>
          </div>
          {faults.length > SHOWN && <p className="text-sm text-muted">{t("import.more_faults", { count: faults.length - SHOWN })}</p>}
          <Button kind="quiet" onClick={() => void saveRows(`${t("import.faults_name")}.xlsx`, [["line", "column", "value", "fault"].map((head) => t(`import.head_${head as "line"}`)), ...faults])}>{t("import.faults_save")}</Button>
        </div>
      )}
      {isUnkept && <p role="alert" className="text-sm text-danger">{t("import.not_kept")}</p>}
      <div className="flex flex-wrap gap-3">
        <Button kind="primary" disabled={todo.length === 0} onClick={() => void begin()}>{todo.length === 0 ? t("import.nothing") : t("import.begin", { count: todo.length })}</Button>
        <Button onClick={onBack}>{t("import.back")}</Button>
      </div>
    </section>
  );
}
