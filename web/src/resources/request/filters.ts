// What a list is filtered by: the search of the URL, the query of the API, and the same question asked of one row. The
// filters by a field of the report come from the list of fields.
import { STATUSES, type RequestsQuery, type Status, type Summary } from "@/api/types";
import { SORT } from "@/api/words";
import { endOfDay, isBy, zoneOf } from "@/ui/time";
import { FIELD_NAMES, fieldOf, type Field, type FieldName } from "./fields";

/** By when what is open is due: by now, or by the end of a day of the calendar. */
export const DUE = ["overdue", "today", "week"] as const;
const DAYS = { today: 0, week: 6 };

/** As in the URL. `me` stands for whoever looks. */
export type Filters = Omit<RequestsQuery, "limit" | "cursor" | "total" | "from" | "to" | "due_before" | "overdue"> & { due?: (typeof DUE)[number] };

/** As the API is asked. */
export function asked({ due, sort = DEFAULT_SORT, ...others }: Filters): RequestsQuery {
  const until = due === undefined ? {} : due === "overdue" ? { overdue: true as const } : { due_before: endOfDay(DAYS[due], Date.now(), zoneOf()).toISOString() };
  return { ...others, ...until, sort };
}

/** The order of a list that names none: what is due first is on top. */
export const DEFAULT_SORT = "due";

/** The fields that lists are filtered by. */
type FieldFilter = FieldName & keyof Filters & keyof Summary;
const filterOf = (name: FieldName) => { const field = fieldOf(name); return field.kind === "text" ? undefined : field.filter; };
const FIELD_FILTERS = FIELD_NAMES.filter((name): name is FieldFilter => filterOf(name) !== undefined);
/** Those with a control in the filter bar. */
export const FILTER_CONTROLS = FIELD_FILTERS.filter((name) => filterOf(name) === "control");

/** The filters in a URL; what makes no sense is left out, so that an old link still opens. */
export function parseFilters(search: Record<string, unknown>): Filters {
  const filters: Filters = {};
  const status = words(search.status, STATUSES);
  if (status.length > 0) filters.status = status;
  for (const name of FIELD_FILTERS) {
    const wanted = parseWanted(fieldOf(name), search[name]);
    if (wanted !== undefined) Object.assign(filters, { [name]: wanted });
  }
  for (const name of ["assignee", "requester", "location", "asset", "q"] as const) {
    const wanted = text(search[name]);
    if (wanted !== undefined) filters[name] = wanted;
  }
  const due = DUE.find((due) => due === search.due);
  if (due !== undefined) filters.due = due;
  const files = flag(search.files);
  if (files !== undefined) filters.files = files;
  const sort = SORT.find((sort) => sort === search.sort && sort !== DEFAULT_SORT);
  if (sort !== undefined) filters.sort = sort;
  return filters;
}

function parseWanted(field: Field, given: unknown): unknown {
  if (field.kind === "flag") return flag(given);
  if (field.kind !== "choice" || field.isOpen) return text(given);
  const wanted = words(given, field.words);
  return wanted.length > 0 ? wanted : undefined;
}

const flag = (value: unknown) => [true, false].find((flag) => String(flag) === String(value));
const text = (value: unknown) => String(value ?? "").trim().slice(0, 100) || undefined;

function words<T extends string>(value: unknown, known: readonly T[]): T[] {
  const given = Array.isArray(value) ? value.map(String) : String(value ?? "").split(",");
  return known.filter((word) => given.includes(word));
}

export const isFiltered = ({ sort: _sort, ...others }: Filters) => Object.keys(others).length > 0;

/** Whether a row belongs on the list, as far as that can be seen of a row: what is searched for stands also in what it does not tell. */
export function belongs(row: Summary, filters: Filters, me: string): boolean {
  const person = (wanted: string) => (wanted === "me" ? me : wanted);
  if (filters.status && !filters.status.includes(row.status)) return false;
  if (!FIELD_FILTERS.every((name) => isWanted(row[name], filters[name]))) return false;
  if (filters.assignee && person(filters.assignee) !== row.assignee?.id) return false;
  if (filters.files !== undefined && filters.files !== row.attachments > 0) return false;
  if (filters.due && !isDue(row, filters.due)) return false;
  if (filters.asset && filters.asset !== row.asset?.id) return false;
  // At the place, or anywhere below it.
  if (filters.location && ![row.location, ...(row.location?.path ?? [])].some((place) => place?.id === filters.location)) return false;
  return !filters.requester || person(filters.requester) === row.requester.id;
}

const ENDED: Status[] = ["completed", "closed", "rejected", "cancelled"];
/** Whether it is done or ended: it is due no more. */
export const isEnded = ({ status }: Summary) => ENDED.includes(status);

function isDue(row: Summary, due: NonNullable<Filters["due"]>): boolean {
  if (isEnded(row)) return false;
  const { due_at } = row;
  return due === "overdue" ? Date.parse(due_at) < Date.now() : isBy(due_at, DAYS[due], Date.now(), zoneOf());
}

/** Whether a row that the server did not bring belongs on the list. */
export const matches = (row: Summary, filters: Filters, me: string) => belongs(row, filters, me) && isFound(row, filters.q ?? "");

/** The fields of a row that are words. */
const WORDS = FIELD_NAMES.filter((name) => { const field = fieldOf(name); return field.kind === "text" || (field.kind === "choice" && field.isOpen); });
/** So many words of a search count. */
const MOST_WORDS = 10;

/** As the server finds it, as far as the row tells: by the number that is named, or by words in any order. */
function isFound(row: Summary, sought: string): boolean {
  const named = /^\s*(?:#|mr[-\s]?)0*([1-9]\d{0,14})\s*$/i.exec(sought)?.[1];
  if (named) return Number(/\d+$/.exec(row.number ?? "")?.[0]) === Number(named);
  const told = row as Summary & Partial<Record<FieldName, string | null>>;
  const text = folded([row.number, ...WORDS.map((name) => told[name]), row.requester.name, row.assignee?.name, row.location?.name, row.asset?.name, row.asset?.code].join(" "));
  const words = folded(sought).match(/[\p{L}\p{M}\p{N}\p{So}]+/gu) ?? [folded(sought)];
  return words.slice(0, MOST_WORDS).every((word) => text.includes(word));
}

/** The number that somebody names: `MR-000453`, `mr 453`, `453`. */
export const numberIn = (text: string) => /^(?:mr)?[\s#_-]*0*([1-9]\d{0,14})$/i.exec(text.trim())?.[1];

/** Whatever its case, marks, width and spaces. Through capitals, for ß and the dotless i. */
export const folded = (text: string) =>
  text.normalize("NFKC").toUpperCase().toLowerCase().normalize("NFD").replace(/[\p{M}\p{Cf}]/gu, "").replaceAll("ς", "σ").replace(/\s+/gu, " ").trim();

const isWanted = (value: unknown, wanted: unknown) => wanted === undefined || (Array.isArray(wanted) ? wanted.includes(value) : typeof wanted === "string" ? folded(String(value)) === folded(wanted) : wanted === value);
