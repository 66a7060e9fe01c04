// What happened, in order; comments as what was said, everything else as a line. Words of people are text, never markup.
import { Ban, CheckCheck, CircleDot, CircleX, CloudUpload, FileX, Flag, Images, Link2, Lock, MessageSquare, Paperclip, Pause, Pencil, Play, RotateCcw, ThumbsUp, Undo2, Unlink2, UserCheck, Wrench, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "@/i18n";
import type { TimelineEvent } from "@/api/types";
import { isOfFile } from "@/resources/file/attachment";
import { FIELD_NAMES, fieldOf, sayValue, toldOf } from "@/resources/request/fields";
import type { Waiting } from "@/resources/request/project";
import { Portrait } from "@/resources/user/Portrait";
import { StaffMark } from "@/resources/user/StaffMark";
import { ViaMark } from "@/resources/user/ViaMark";
import { When } from "@/ui/time";
import { Stars } from "./Facts";
import { FileEntry, type Shown } from "./FileEntry";
import { isOfLink, LinkedTo, sayLink } from "./LinkEntry";

/** What has none of its own is a dot. */
const ICONS: Partial<Record<TimelineEvent["kind"], LucideIcon>> = {
  created: Flag, approved: ThumbsUp, rejected: CircleX, assigned: UserCheck, released: Undo2, started: Wrench, held: Pause, resumed: Play,
  completed: CheckCheck, closed: Lock, reopened: RotateCcw, cancelled: Ban, edited: Pencil, commented: MessageSquare,
  attached: Paperclip, marked: Images, detached: FileX, linked: Link2, unlinked: Unlink2,
};

/** With what is `shown` beside it, it is the timeline of a request: its events can be linked to, its files opened, and what waits on this device is at its end. */
export function Timeline({ shown, events, waiting = [] }: { shown?: Shown; events: TimelineEvent[]; waiting?: Waiting[] }) {
  return (
    <ol className="relative before:absolute before:top-2 before:bottom-2 before:left-[0.9375rem] before:w-px before:bg-line">
      {events.map((event, place) => <Entry key={event.seq} event={event} shown={shown} anchor={shown && `event-${event.seq}`} isMore={isOneMore(event, events[place - 1])} />)}
      {waiting.map(({ key, event }) => <Entry key={key} event={event} isWaiting />)}
    </ol>
  );
}

/** So close to each other, in milliseconds, files are one lot. */
const LOT_MS = 10 * 60_000;
/** Whether it is one more file of somebody who has just attached another. */
const isOneMore = (event: TimelineEvent, before: TimelineEvent | undefined) =>
  event.kind === "attached" && before?.kind === "attached" && before.actor.id === event.actor.id && Date.parse(event.ts) - Date.parse(before.ts) < LOT_MS;

const Dot = ({ icon: Icon, strong }: { icon: LucideIcon; strong?: boolean }) => (
  <span aria-hidden className={`relative z-10 grid size-8 shrink-0 place-items-center rounded-full border ${strong ? "border-transparent bg-accent-soft text-accent-text" : "bg-page text-muted"}`}><Icon className="size-4" /></span>
);

function Entry({ event, shown, anchor, isMore, isWaiting }: { event: TimelineEvent; shown?: Shown; anchor?: string; isMore?: boolean; isWaiting?: boolean }) {
  const { t } = useTranslation();
  const isClaim = event.kind === "assigned" && event.body.assignee.id === event.actor.id;
  const before = isClaim ? event.body.previous : null;
  const words = isOfLink(event) ? sayLink(t, event) : event.kind === "assigned" && !isClaim ? t("event.assigned", { name: event.body.assignee.name })
    : before ? t("event.taken_over", { name: before.name }) : t(`event.${wordOf(event, isClaim)}`);
  return (
    <li id={anchor} data-seq={anchor && event.seq} {...{ [isWaiting ? "data-waiting" : "data-kind"]: event.kind }} className={`relative flex gap-3 ${isMore ? "-mt-4 mb-5 pl-11" : "mb-5"} ${isWaiting ? "opacity-75" : ""}`}>
      {!isMore && <Dot icon={ICONS[event.kind] ?? CircleDot} strong={["completed", "closed", "approved"].includes(event.kind)} />}
      <div className="min-w-0 flex-1 pt-1">
        <p className={isMore ? "sr-only" : "text-sm"}>
          {event.actor.id !== null && <Portrait person={{ id: event.actor.id, name: event.actor.name }} className="mr-1.5 size-5 text-[0.5625rem]" />}<span dir="auto" className="words font-semibold">{event.actor.id === null ? t("common.system") : event.actor.name}</span> <StaffMark role={event.actor.role} /><ViaMark via={event.actor.via} /><span className="text-muted">{words} · </span>
          {anchor ? <a href={`#${anchor}`} tabIndex={-1} className="text-muted hover:underline"><When date={event.ts} /></a> : <When date={event.ts} className="text-muted" />}
          {isWaiting && <span className="ml-2 inline-flex items-center gap-1 rounded-full border border-dashed border-edge px-2 text-xs text-muted"><CloudUpload aria-hidden className="size-3.5" />{t("request.waiting")}</span>}
        </p>
        <Body event={event} shown={shown} />
      </div>
    </li>
  );
}

function wordOf(event: TimelineEvent, isClaim: boolean) {
  return isClaim ? "claimed" : event.kind === "marked" ? `marked_${event.body.mark ?? "none"}` : event.kind;
}

const Said = ({ children, className = "border bg-surface" }: { children: ReactNode; className?: string }) => (
  <div dir="auto" className={`words mt-2 rounded-xl p-3 whitespace-pre-wrap ${className}`}>{children}</div>
);

function Body({ event, shown }: { event: TimelineEvent; shown?: Shown }) {
  const { t } = useTranslation();
  if (isOfLink(event)) return <LinkedTo link={event.body.link} />;
  if (isOfFile(event)) return <FileEntry event={event} shown={shown} />;
  const { kind, body } = event;
  if (kind === "edited") return <Changes body={body} />;
  if (kind === "closed") return body.rating ? <p className="mt-1"><Stars count={body.rating} /></p> : null;
  if (kind === "commented" && body.visibility === "internal") return (
    <Said className="border border-dashed border-warn bg-warn-soft">
      <span data-internal className="mb-1 flex items-center gap-1.5 text-xs font-semibold text-warn"><Lock aria-hidden className="size-3.5" />{t("request.internal")}</span>
      {body.body}
    </Said>
  );
  // Whatever else somebody gave as a reason, did, or said.
  const said = "reason" in body ? body.reason : "resolution" in body ? body.resolution : "body" in body ? body.body : null;
  return said === null ? null : <Said>{said}</Said>;
}

function Changes({ body }: { body: Extract<TimelineEvent, { kind: "edited" }>["body"] }) {
  const { t } = useTranslation();
  const lines = FIELD_NAMES.flatMap((name) => {
    const [field, change] = [fieldOf(name), toldOf(name, body) as { from: unknown; to: unknown } | undefined];
    if (!change) return [];
    const from = field.kind === "text" && field.isLong ? "…" : sayValue(t, name, change.from);
    return [{ what: t(field.label), from, to: sayValue(t, name, change.to) }];
  });
  return <ul dir="auto" className="words mt-1 text-sm text-muted">{lines.map((line) => <li key={line.what}>{t("request.change", line)}</li>)}</ul>;
}
