// The fields of a report: what somebody writes into a request and may correct later. This list is the only place of the app
// that knows them. From it come the form of a new request, the edit dialog with its merge, the details beside a request, the
// timeline's lists of changes, what a decision rests on (basis.ts), the marks in lists, and the filters (filters.ts) with
// their controls. A field of the API that is missing here does not compile.
import type { Translate } from "@/i18n";
import { ChevronDown, ChevronsUp, Minus, Siren, TriangleAlert, type LucideIcon } from "lucide-react";
import { isTooLong } from "@/api/limits";
import { PRIORITIES, type Priority, type RequestRecord, type Schema } from "@/api/types";
import { MAX_LENGTH } from "@/api/words";
import { exact, zoneOf } from "@/ui/time";
import { labelOf, remember, sayLabel, type Chosen, type Noun } from "./named";

const LONGEST = MAX_LENGTH.NewRequestBody;

/** What the body of a new request says besides the report. */
type Beside = "requester_id";
type NewBody = Schema<"NewRequestBody">;
export type FieldName = Exclude<keyof NewBody, Beside>;

/** A report as a form holds it: a text that is not there is empty. */
export type Report = { [Name in FieldName]: NonNullable<NewBody[Name]> };

/** An icon and the classes of its colour. */
export type Look = [LucideIcon, string];

interface Basics {
  /** Its name in the translations. */
  label: string;
  /** How a new request asks for it, where that is other words. */
  ask?: string;
  hint?: string;
  /** Stands among the details beside the request, where it has a value. */
  isDetail?: true;
}

/** Words of one's own: a line, or several. */
interface TextField extends Basics { kind: "text"; max: number; isRequired?: true; isLong?: true }

/** One of `words`, whose names are in the translations under `wordKey`. */
interface ChoiceField extends Basics {
  kind: "choice";
  words: readonly string[];
  wordKey: string;
  /** Where there is none, whoever reports has to choose: a preset that nobody looks at files a report wrongly. */
  preset?: string;
  /** The API takes other words as well, and the organisation says which are offered (categories.ts); they are shown as they are. */
  isOpen?: true;
  /** How each word looks: with these it is a mark in lists, and is chosen from tiles in a new request. */
  looks?: Record<string, Look>;
  /** `control`: in the list's address and in its filter bar; `address`: only there. */
  filter?: "control" | "address";
}

/** Yes or no, in most requests no. A yes is a mark in lists. */
interface FlagField extends Basics { kind: "flag"; look: Look; filter?: "control" | "address" }

/** A place or an asset: a form holds its id, and a record tells it by name, under `noun`. */
interface NamedField extends Basics { kind: "named"; noun: Noun; filter?: undefined }

/** A time that may be said where `needs` is; one that is `isLater` is not asked for in a new request. */
interface MomentField extends Basics { kind: "moment"; needs: FieldName; isLater?: true; filter?: undefined }

export type Field = TextField | ChoiceField | FlagField | NamedField | MomentField;

/** The categories of the first list, which have names in the translations. */
export const CATEGORIES = ["building", "electrical", "plumbing", "hvac", "lift", "furniture", "equipment", "cleaning", "safety", "security", "it", "av", "other"];

const PRIORITY_LOOKS: Record<Priority, Look> = {
  urgent: [Siren, "text-danger font-semibold"],
  high: [ChevronsUp, "text-warn font-semibold"],
  normal: [Minus, "text-muted"],
  low: [ChevronDown, "text-muted"],
};

/** In the order of the forms. */
const FIELDS: Record<FieldName, Field> = {
  title: { kind: "text", label: "new.what", hint: "new.what_hint", max: LONGEST.title, isRequired: true },
  category: { kind: "choice", label: "request.category", words: CATEGORIES, wordKey: "category", isOpen: true, isDetail: true, filter: "control" },
  priority: { kind: "choice", label: "list.priority", ask: "new.priority", words: PRIORITIES, wordKey: "priority", preset: "normal", looks: PRIORITY_LOOKS, filter: "control" },
  hazard: { kind: "flag", label: "request.hazard", ask: "new.hazard", look: [TriangleAlert, "text-danger font-semibold"], filter: "control" },
  asset_id: { kind: "named", noun: "asset", label: "request.asset", ask: "new.asset", isDetail: true },
  down_since: { kind: "moment", needs: "asset_id", label: "request.down_since", isDetail: true },
  down_until: { kind: "moment", needs: "down_since", isLater: true, label: "request.down_until", isDetail: true },
  location_id: { kind: "named", noun: "location", label: "request.place", ask: "new.place", isDetail: true },
  contact: { kind: "text", label: "request.contact", ask: "new.contact", hint: "new.contact_hint", max: LONGEST.contact, isDetail: true },
  description: { kind: "text", label: "new.description", max: LONGEST.description, isLong: true },
};

export const FIELD_NAMES = Object.keys(FIELDS) as FieldName[];
export const fieldOf = (name: FieldName): Field => FIELDS[name];

const report = (valueOf: (name: FieldName) => unknown) => Object.fromEntries(FIELD_NAMES.map((name) => [name, valueOf(name)])) as unknown as Report;

function blankOf(field: Field): string | boolean {
  switch (field.kind) {
    case "text": case "named": case "moment": return "";
    case "choice": return field.preset ?? "";
    case "flag": return false;
  }
}

/** With what a new request begins. */
export const blankReport = (): Report => report((name) => blankOf(FIELDS[name]));

/** Under which name a record, or what happened, tells a field: a place or an asset by what it is called, not by its id. */
export function nounOf(name: FieldName): string {
  const field = FIELDS[name];
  return field.kind === "named" ? field.noun : name;
}

export const toldOf = (name: FieldName, told: object): unknown => (told as Record<string, unknown>)[nounOf(name)];

/** The report that a record tells. */
export const reportOf = (record: RequestRecord): Report =>
  report((name) => {
    const [field, value] = [FIELDS[name], toldOf(name, record)];
    if (field.kind === "named") remember(value as Chosen | null);
    return (field.kind === "named" ? (value as Chosen | null)?.id : value) ?? (field.kind === "flag" ? false : "");
  });

/** What an edit changes, as its event will tell it. */
export function eventOf(before: Report, changed: Partial<Report>) {
  return Object.fromEntries(Object.entries(changed).map(([name, to]) => [nounOf(name as FieldName), { from: before[name as FieldName], to }]));
}

/** The record with a report in place of its own, as far as that tells it. */
export function withReport(record: RequestRecord, changed: Partial<Report>): RequestRecord {
  const parts = Object.entries(changed).map(([name, value]) => {
    const field = FIELDS[name as FieldName];
    return field?.kind === "named" ? [field.noun, value === "" ? null : (labelOf(String(value)) ?? { id: value, name: "…", path: [] })] : [name, value];
  });
  return { ...record, ...Object.fromEntries(parts) };
}

/** What a form has when somebody has put in a value: without it, there is nothing either of what needs it. */
export function put(name: FieldName, value: string): Partial<Report> {
  const needing = FIELD_NAMES.filter((other) => { const field = FIELDS[other]; return value === "" && field.kind === "moment" && field.needs === name; });
  return Object.assign({ [name]: value }, ...needing.map((other) => put(other, ""))) as Partial<Report>;
}

/** What a form has when somebody has chosen a thing: an asset brings its place. */
export function chosen(name: FieldName, thing: Chosen | null): Partial<Report> {
  remember(thing);
  return { ...put(name, thing?.id ?? ""), ...(thing?.location && { location_id: thing.location.id }) };
}

/** Whether a form asks for a field, by what it has already. */
export function isAsked(name: FieldName, has: (name: FieldName) => unknown, isNew = false): boolean {
  const field = FIELDS[name];
  return field.kind !== "moment" || (Boolean(has(field.needs)) && !(isNew && field.isLater));
}

/** A report that was kept on the device, perhaps by another release: what makes no sense is as in a blank one. */
export function reportFrom(kept: Record<string, unknown>): Report {
  return report((name) => {
    const [field, value] = [FIELDS[name], kept[name]];
    const blank = blankOf(field);
    const isKnown = field.kind !== "choice" || field.isOpen || field.words.includes(String(value));
    return typeof value === typeof blank && isKnown ? value : blank;
  });
}

/** What is wrong with a value, as a key of the translations; its `count` is the field's `max`. */
export function wrongWith(name: FieldName, value: unknown): string | undefined {
  const field = FIELDS[name];
  if (field.kind === "choice" && value === "") return "common.required";
  if (field.kind !== "text") return undefined;
  const text = String(value);
  if (field.isRequired && text.trim() === "") return "common.required";
  return isTooLong(text, field.max) ? "common.too_long" : undefined;
}

/** The body of a new request: an empty text and a no are left out. */
export function bodyOf(report: Report): NewBody {
  const values = FIELD_NAMES.map((name) => [name, typeof report[name] === "string" ? report[name].trim() : report[name]] as const);
  return Object.fromEntries(values.filter(([, value]) => value !== "" && (value as unknown) !== false)) as unknown as NewBody;
}

/** The body of an edit: what `mine` says otherwise than `base`. */
export const changesOf = (base: Report, mine: Report): Schema<"EditBody"> =>
  Object.fromEntries(FIELD_NAMES.filter((name) => mine[name] !== base[name]).map((name) => [name, mine[name]]));

/** `mine`, made from `base`, upon what others made of it: what only they changed is theirs, what I changed is mine. */
export const mergeReports = (base: Report, mine: Report, theirs: Report): Report =>
  report((name) => (mine[name] === base[name] ? theirs[name] : mine[name]));

/** A value in the reader's language. */
export function sayValue(t: Translate, name: FieldName, value: unknown): string {
  const field = FIELDS[name];
  if (field.kind === "flag") return t(value === true ? "common.yes" : "common.no");
  if (value == null || value === "") return "–";
  if (field.kind === "named") {
    const label = typeof value === "object" ? (value as Chosen) : labelOf(String(value));
    return label ? sayLabel(label) : "…";
  }
  if (field.kind === "moment") return exact(document.documentElement.lang, String(value), zoneOf());
  return field.kind === "choice" && field.words.includes(String(value)) ? t(`${field.wordKey}.${String(value)}`) : String(value);
}
