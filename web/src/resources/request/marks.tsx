// The state and the fields of a request as they look everywhere: an icon, a word, and a colour, so that none of them is
// needed alone.
import { Ban, CheckCheck, CircleX, Clock, Inbox, Lock, Paperclip, Pause, ThumbsUp, UserCheck, Wrench } from "lucide-react";
import { lazy, Suspense } from "react";
import { useTranslation } from "@/i18n";
import type { Status, Summary } from "@/api/types";
import { Until, useNow } from "@/ui/time";
import { CategoryDot } from "@/resources/categories/CategoryDot";
import { useColour } from "@/resources/categories/queries";
import { FIELD_NAMES, fieldOf, sayValue, type Field, type FieldName, type Look } from "./fields";

/** What is named is asked for anew: it may be called otherwise by now. */
const NamedLink = lazy(() => import("@/resources/place/NamedLink"));

const STATUS: Record<Status, Look> = {
  submitted: [Inbox, "bg-info-soft text-info"],
  approved: [ThumbsUp, "bg-accent-soft text-accent-text"],
  assigned: [UserCheck, "bg-violet-soft text-violet"],
  in_progress: [Wrench, "bg-warn-soft text-warn"],
  on_hold: [Pause, "bg-sunken text-warn"],
  completed: [CheckCheck, "bg-accent-soft text-accent-text"],
  closed: [Lock, "bg-sunken text-muted"],
  rejected: [CircleX, "bg-danger-soft text-danger"],
  cancelled: [Ban, "bg-sunken text-muted"],
};

export function StatusMark({ status }: { status: Status }) {
  const { t } = useTranslation();
  const [Icon, look] = STATUS[status];
  return (
    <span className={`inline-flex items-center gap-1.5 rounded-full px-2.5 py-0.5 text-xs font-semibold whitespace-nowrap ${look}`}>
      <Icon aria-hidden className="size-3.5" />
      {t(`status.${status}`)}
    </span>
  );
}

export const StatusIcon = ({ status }: { status: Status }) => {
  const [Icon] = STATUS[status];
  return <Icon aria-hidden className="size-3.5" />;
};

/** How a value of a field looks; nothing where it has no look. */
export function FieldMark({ name, value, iconOnly }: { name: FieldName; value: unknown; iconOnly?: boolean }) {
  const { t } = useTranslation();
  const look = lookOf(fieldOf(name), value);
  if (look === undefined) return null;
  const [Icon, colour] = look;
  const text = value === true ? t(fieldOf(name).label) : sayValue(t, name, value);
  return (
    // With a direction of its own it has no say in that of the words beside it.
    <span dir="ltr" className={`inline-flex items-center gap-1 align-text-bottom text-sm whitespace-nowrap ${colour}`} title={iconOnly ? text : undefined}>
      <Icon aria-hidden className="size-4" />
      <span className={iconOnly ? "sr-only" : ""}>{text}</span>
    </span>
  );
}

/** A value in words, and with the colour that the organisation gave it. */
export function FieldWords({ name, value }: { name: FieldName; value: unknown }) {
  const { t } = useTranslation();
  const field = fieldOf(name);
  const said = sayValue(t, name, value);
  const colour = useColour(field.kind === "choice" && field.isOpen ? value : "");
  if (field.kind === "named") return <Suspense fallback={said}><NamedLink noun={field.noun} id={String(value)} said={said} /></Suspense>;
  return colour ? <span className="inline-flex items-center gap-1.5"><CategoryDot colour={colour} />{said}</span> : said;
}

function lookOf(field: Field, value: unknown): Look | undefined {
  if (field.kind === "flag") return value === true ? field.look : undefined;
  return field.kind === "choice" ? field.looks?.[String(value)] : undefined;
}

/** The fields whose marks every request has, and those that few have. */
export const MARKS = {
  every: FIELD_NAMES.filter((name) => { const field = fieldOf(name); return field.kind === "choice" && field.looks !== undefined; }),
  few: FIELD_NAMES.filter((name) => fieldOf(name).kind === "flag"),
};

type Marked = { [Name in FieldName]?: unknown };

/** All marks of a request's fields, or only one sort of them: a table has a column for what every request has. */
export function FieldMarks({ of, only, iconOnly }: { of: Marked; only?: keyof typeof MARKS; iconOnly?: boolean }) {
  const names = only ? MARKS[only] : [...MARKS.few, ...MARKS.every];
  return names.map((name) => <FieldMark key={name} name={name} value={of[name]} iconOnly={iconOnly} />);
}

/** That it has files which everybody sees who sees it; what an earlier release kept does not say. */
export function FilesMark({ count = 0 }: { count?: number }) {
  const { t } = useTranslation();
  if (count === 0) return null;
  const text = t("list.files", { count });
  return <span className="inline-flex items-center gap-0.5 align-text-bottom text-xs text-muted" title={text}><Paperclip aria-hidden className="size-3.5" /><span aria-hidden>{count}</span><span className="sr-only">{text}</span></span>;
}

const RUNNING: Status[] = ["submitted", "approved", "assigned", "in_progress"];
/** Whether its clock runs. */
export const isRunning = (status: Status) => RUNNING.includes(status);

/** When it is due; past that, by how much it is late, with a warning. Only while the clock runs. */
export function Due({ request }: { request: Pick<Summary, "due_at" | "status"> }) {
  const late = Date.parse(request.due_at) < useNow();
  if (!RUNNING.includes(request.status)) return null;
  return (
    <span className={`inline-flex items-center gap-1 whitespace-nowrap ${late ? "font-semibold text-danger" : "text-muted"}`}>
      {late && <Clock aria-hidden className="size-3.5" />}
      <Until date={request.due_at} />
    </span>
  );
}
