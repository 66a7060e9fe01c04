// What each column of the file is, with its first cells beside it, and how the rows are taken.
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { Button } from "@/ui/Button";
import { Select } from "@/ui/Select";
import { guess, isOwn, NEEDED, ownName, TARGETS, type Kind, type Mapping, type Target } from "@/sheet/columns";
import { categoryWords, type Choice } from "./plans";
import type { Table } from "@/sheet/table";
import { ORDERS, orderOf, type Order } from "./values";

const SEPARATORS: Record<string, string> = { ",": ",", ";": ";", "\t": "Tab", "|": "|" };
/** What is changed by a row; of the others what is there already stays as it is. */
const CHANGED = new Set<Kind>(["assets", "places", "categories"]);
/** So many cells of a column are shown. */
const SHOWN = 3;

interface Props { kind: Kind; table: Table; onSheet: (sheet: string) => void; onChoice: (choice: Choice) => void }

export function Columns({ kind, table, onSheet, onChoice }: Props) {
  const { t } = useTranslation();
  const [mapping, setMapping] = useState<Mapping>(() => guess(kind, table.head));
  const [order, setOrder] = useState<Order>();
  const [update, setUpdate] = useState(true);
  const days = mapping.flatMap((target, at) => (target === "bought" || target === "warranty_until" ? table.rows.map(({ cells }) => cells[at] ?? "") : []));
  const seen = orderOf(days);
  const isUnsure = seen === undefined && days.some((day) => /^\d{1,2}[/.-]\d{1,2}[/.-]\d{4}$/.test(day));
  const hasName = NEEDED[kind].some((column) => mapping.includes(column));
  const say = (target: Target) => (isOwn(target) ? t("import.own", { name: ownName(target) }) : t(`import.column_${target}`));
  const choose = (at: number, value: string) =>
    setMapping((before) => before.map((target, other) => (other === at ? ((value || undefined) as Target | undefined) : target === value ? undefined : target)));
  return (
    <form className="flex flex-col gap-4" onSubmit={(event) => { event.preventDefault(); onChoice({ kind, mapping, order: order ?? seen ?? "day", update, categories: categoryWords(t) }); }}>
      <p className="text-sm text-muted">
        {t("import.read_rows", { count: table.rows.length })}
        {table.encoding && ` ${t("import.read_as", { encoding: table.encoding.toUpperCase(), separator: SEPARATORS[table.separator!] ?? table.separator! })}`}
      </p>
      {table.sheets && table.sheets.length > 1 && (
        <label className="flex flex-wrap items-center gap-2 text-sm font-semibold">{t("import.sheet")}<Select value={table.sheet} onChange={({ target }) => onSheet(target.value)}>{table.sheets.map((sheet) => <option key={sheet}>{sheet}</option>)}</Select></label>
      )}
      <h2>{t("import.columns")}</h2>
      <ul className="card divide-y">
        {table.head.map((name, at) => {
          const own = name.trim() && kind === "assets" ? (`own:${name.trim()}` as const) : undefined;
          const target = mapping[at];
          return (
            <li key={at} className="grid gap-x-4 gap-y-1 p-3 sm:grid-cols-[1fr_1.2fr_15rem] sm:items-center">
              <span dir="auto" id={`column-${at}`} className="words font-semibold">{name || t("import.column_nameless", { number: at + 1 })}</span>
              <span dir="auto" className="truncate text-sm text-muted">{table.rows.slice(0, SHOWN).map(({ cells }) => cells[at]).filter(Boolean).join(" · ")}</span>
              <Select aria-labelledby={`column-${at}`} value={target ?? ""} onChange={({ target: { value } }) => choose(at, value)}>
                <option value="">{t("import.left_out")}</option>
                {TARGETS[kind].map((one) => <option key={one} value={one}>{say(one)}</option>)}
                {own && target !== own && <option value={own}>{say(own)}</option>}
                {target && isOwn(target) && <option value={target}>{say(target)}</option>}
              </Select>
            </li>
          );
        })}
      </ul>
      {days.length > 0 && (seen === undefined) && isUnsure && (
        <label className="flex flex-wrap items-center gap-2 text-sm font-semibold">{t("import.days")}<Select value={order ?? "day"} onChange={({ target }) => setOrder(target.value as Order)}>{ORDERS.map((one) => <option key={one} value={one}>{t(`import.days_${one}`)}</option>)}</Select></label>
      )}
      {CHANGED.has(kind) && <label className="flex min-h-11 items-center gap-3 text-sm"><input type="checkbox" checked={update} onChange={({ target }) => setUpdate(target.checked)} className="size-5" />{t("import.update")}</label>}
      {!hasName && <p role="alert" className="text-sm text-danger">{t("import.needs", { columns: NEEDED[kind].map(say).join(", ") })}</p>}
      <Button type="submit" kind="primary" disabled={!hasName} className="self-start">{t("import.check")}</Button>
    </form>
  );
}
