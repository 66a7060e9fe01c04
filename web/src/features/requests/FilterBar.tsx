import { MapPin, Paperclip, X } from "lucide-react";
import { lazy, Suspense, useState, type RefObject } from "react";
import { useTranslation, withMore } from "@/i18n";
import { STATUSES, type Role, type Status, type Summary } from "@/api/types";
import { SORT } from "@/api/words";
import { useOffered } from "@/resources/categories/queries";
import { fieldOf, sayValue, type FieldName } from "@/resources/request/fields";
import { DUE, FILTER_CONTROLS, isFiltered, parseFilters, type Filters } from "@/resources/request/filters";
import { sortOf } from "@/resources/request/order";
import { StatusIcon } from "@/resources/request/marks";
import { Button } from "@/ui/Button";
import { SearchField } from "@/ui/SearchField";
import { Select } from "@/ui/Select";
import { FilterChips } from "./FilterChips";

const PlaceFilter = lazy(() => withMore(import("./PlaceFilter")));

const TOGGLE =
  "inline-flex min-h-11 flex-auto items-center justify-center gap-1.5 rounded-lg border border-edge bg-surface px-3 sm:flex-none text-sm text-muted aria-pressed:border-accent aria-pressed:bg-accent aria-pressed:text-accent-ink sm:min-h-9";

interface Props {
  ref: RefObject<HTMLElement | null>;
  filters: Filters;
  role: Role;
  rows: Summary[];
  onChange: (filters: Filters) => void;
}

/** What the list shows, as in the URL. `rows` name the people who are filtered by. */
export function FilterBar({ ref, filters, role, rows, onChange }: Props) {
  const { t } = useTranslation();
  const [isPlacing, setPlacing] = useState(false);
  const change = (changed: Partial<Filters>) => onChange(parseFilters({ ...filters, ...changed }));
  const toggle = (status: Status) => change({ status: filters.status?.includes(status) ? filters.status.filter((word) => word !== status) : [...(filters.status ?? []), status] });
  const whose = filters.assignee === "me" ? "assignee" : filters.requester === "me" ? "requester" : "";
  return (
    <search ref={ref} tabIndex={-1} aria-label={t("list.filters")} className="mb-4 flex flex-col gap-3 outline-none">
      <div className="flex flex-wrap gap-2">
        <SearchField label={t("list.search")} value={filters.q ?? ""} onChange={(q) => change({ q })} />
        {FILTER_CONTROLS.map((name) => <FieldControl key={name} name={name} value={filters[name]} onChange={(value) => change({ [name]: value })} />)}
        <button type="button" aria-pressed={filters.files === true} onClick={() => change({ files: filters.files ? undefined : true })} className={TOGGLE}>
          <Paperclip aria-hidden className="size-4" />{t("list.with_files")}
        </button>
        <button type="button" aria-pressed={filters.location !== undefined} aria-haspopup="dialog" onClick={() => setPlacing(true)} className="inline-flex min-h-11 flex-none items-center justify-center gap-1.5 rounded-lg border border-edge bg-surface px-3 text-sm text-muted aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-accent-text sm:min-h-9">
          <MapPin aria-hidden className="size-4" />{t("request.place")}
        </button>
        {isPlacing && <Suspense><PlaceFilter value={filters.location ?? ""} onPick={(id) => { change({ location: id }); setPlacing(false); }} onClose={() => setPlacing(false)} /></Suspense>}
        <Select aria-label={t("list.due")} value={filters.due ?? ""} onChange={({ target }) => change({ due: DUE.find((due) => due === target.value) })}>
          <option value="">{t("list.due_any")}</option>
          {DUE.map((due) => <option key={due} value={due}>{t(`list.due_${due}`)}</option>)}
        </Select>
        {role !== "requester" && <Select aria-label={t("list.who")} value={whose} onChange={({ target }) => change({ assignee: undefined, requester: undefined, ...(target.value && { [target.value]: "me" }) })}>
          <option value="">{t("list.everyone")}</option>
          <option value="assignee">{t("list.assigned_me")}</option>
          <option value="requester">{t("list.raised_me")}</option>
        </Select>}
        <Select aria-label={t("list.sort")} value={sortOf(filters)} onChange={({ target }) => change({ sort: SORT.find((sort) => sort === target.value) })}>
          {SORT.map((sort) => <option key={sort} value={sort}>{t(`list.${sort}`)}</option>)}
        </Select>
        {isFiltered(filters) && <Button kind="quiet" onClick={() => { onChange({ sort: filters.sort }); ref.current?.focus(); }}><X aria-hidden className="size-4" />{t("list.clear")}</Button>}
      </div>
      <div role="group" aria-label={t("list.status")} className="-mx-4 flex gap-2 sm:gap-1.5 overflow-x-auto px-4 py-0.5 [scrollbar-width:none] sm:mx-0 sm:flex-wrap sm:px-0">
        {STATUSES.map((status) => (
          <button key={status} type="button" aria-pressed={filters.status?.includes(status) ?? false} onClick={() => toggle(status)} className="inline-flex min-h-9 shrink-0 items-center gap-1.5 rounded-full border border-edge px-3 text-sm font-medium sm:px-2.5 sm:text-xs text-muted aria-pressed:border-accent aria-pressed:bg-accent aria-pressed:text-accent-ink sm:min-h-8">
            <StatusIcon status={status} />{t(`status.${status}`)}
          </button>
        ))}
      </div>
      <FilterChips filters={filters} role={role} rows={rows} onChange={change} onLast={() => ref.current?.focus()} />
    </search>
  );
}

/** One value of a field, or any; a yes or no is pressed or not. */
function FieldControl({ name, value, onChange }: { name: FieldName; value: unknown; onChange: (value: unknown) => void }) {
  const { t } = useTranslation();
  const field = fieldOf(name);
  const offered = useOffered(field);
  if (field.kind === "text") return null;
  if (field.kind === "flag") {
    const [Icon] = field.look;
    return (
      <button type="button" aria-pressed={value === true} onClick={() => onChange(value === true ? undefined : true)} className={TOGGLE}>
        <Icon aria-hidden className="size-4" />{t(field.label)}
      </button>
    );
  }
  const chosen = Array.isArray(value) ? value.map(String) : value === undefined ? [] : [String(value)];
  // A list is filtered by what was offered once, too.
  const words = [...offered.words, ...offered.archived];
  const isOffered = chosen.length === 0 || (chosen.length === 1 && words.includes(chosen[0]!));
  return (
    <Select aria-label={t(field.label)} value={chosen.join()} onChange={({ target }) => onChange(target.value ? [target.value] : [])}>
      <option value="">{t(field.label)}</option>
      {!isOffered && <option value={chosen.join()}>{chosen.map((word) => sayValue(t, name, word)).join(", ")}</option>}
      {words.map((word) => <option key={word} value={word}>{sayValue(t, name, word)}</option>)}
    </Select>
  );
}
