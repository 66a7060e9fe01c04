// What happened, in order; comments as what was said, everything else as a line. Words of people are text, never markup.
import { Ban, CheckCheck, CircleDot, CircleX, CloudUpload, Flag, Lock, MessageSquare, Pause, Pencil, Play, RotateCcw, ThumbsUp, Undo2, UserCheck, Wrench, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "@/i18n";
import type { TimelineEvent } from "@/api/types";
import { FIELD_NAMES, fieldOf, sayValue } from "@/resources/request/fields";
import type { Waiting } from "@/resources/request/project";
import { StaffMark } from "@/resources/user/StaffMark";
import { ViaMark } from "@/resources/user/ViaMark";
import { When } from "@/ui/time";
import { Stars } from "./Facts";

/** What has none of its own is a dot. */
const ICONS: Partial<Record<TimelineEvent["kind"], LucideIcon>> = {
  created: Flag, approved: ThumbsUp, rejected: CircleX, assigned: UserCheck, released: Undo2, started: Wrench, held: Pause, resumed: Play,
  completed: CheckCheck, closed: Lock, reopened: RotateCcw, cancelled: Ban, edited: Pencil, commented: MessageSquare,
};

/** With the `id` of its request it is the timeline: its events can be linked to, and what waits on this device is at its end. */
export function Timeline({ id, events, waiting = [] }: { id?: string; events: TimelineEvent[]; waiting?: Waiting[] }) {
  return (
    <ol className="relative before:absolute before:top-2 before:bottom-2 before:left-[0.9375rem] before:w-px before:bg-line">
      {events.map((event) => <Entry key={event.seq} event={event} anchor={id && `event-${event.seq}`} />)}
      {waiting.map(({ key, event }) => <Entry key={key} event={event} isWaiting />)}
    </ol>
  );
}

const Dot = ({ icon: Icon, strong }: { icon: LucideIcon; strong?: boolean }) => (
  <span aria-hidden className={`relative z-10 grid size-8 shrink-0 place-items-center rounded-full border ${strong ? "border-transparent bg-accent-soft text-accent-text" : "bg-page text-muted"}`}><Icon className="size-4" /></span>
);

function Entry({ event, anchor, isWaiting }: { event: TimelineEvent; anchor?: string; isWaiting?: boolean }) {
  const { t } = useTranslation();
  const isClaim = event.kind === "assigned" && event.body.assignee.id === event.actor.id;
  const before = isClaim ? event.body.previous : null;
  const words = event.kind === "assigned" && !isClaim ? t("event.assigned", { name: event.body.assignee.name })
    : before ? t("event.taken_over", { name: before.name }) : t(`event.${isClaim ? "claimed" : event.kind}`);
  return (
    <li id={anchor} data-seq={anchor && event.seq} {...{ [isWaiting ? "data-waiting" : "data-kind"]: event.kind }} className={`relative mb-5 flex gap-3 ${isWaiting ? "opacity-75" : ""}`}>
      <Dot icon={ICONS[event.kind] ?? CircleDot} strong={["completed", "closed", "approved"].includes(event.kind)} />
      <div className="min-w-0 flex-1 pt-1">
        <p className="text-sm">
          <span dir="auto" className="words font-semibold">{event.actor.id === null ? t("common.system") : event.actor.name}</span> <StaffMark role={event.actor.role} /><ViaMark via={event.actor.via} /><span className="text-muted">{words} · </span>
          {anchor ? <a href={`#${anchor}`} tabIndex={-1} className="text-muted hover:underline"><When date={event.ts} /></a> : <When date={event.ts} className="text-muted" />}
          {isWaiting && <span className="ml-2 inline-flex items-center gap-1 rounded-full border border-dashed border-edge px-2 text-xs text-muted"><CloudUpload aria-hidden className="size-3.5" />{t("request.waiting")}</span>}
        </p>
        <Body event={event} />
      </div>
    </li>
  );
}

const Said = ({ children, className = "border bg-surface" }: { children: ReactNode; className?: string }) => (
  <div dir="auto" className={`words mt-2 rounded-xl p-3 whitespace-pre-wrap ${className}`}>{children}</div>
);

function Body({ event }: { event: TimelineEvent }) {
  const { t } = useTranslation();
  const { kind, body } = event;
  if (kind === "edited") return <Changes body={body} />;
  if (kind === "closed") return body.rating ? <p className="mt-1"><Stars count={body.rating} /></p> : null;
  if (kind === "commented" && body.visibility === "internal") return (
    <Said className="border border-dashed border-warn bg-warn-soft">
      <span className="mb-1 flex items-center gap-1.5 text-xs font-semibold text-warn"><Lock aria-hidden className="size-3.5" />{t("request.internal")}</span>
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
    const [field, change] = [fieldOf(name), body[name]];
    if (!change) return [];
    const from = field.kind === "text" && field.isLong ? "…" : sayValue(t, name, change.from);
    return [{ what: t(field.label), from, to: sayValue(t, name, change.to) }];
  });
  return <ul dir="auto" className="words mt-1 text-sm text-muted">{lines.map((line) => <li key={line.what}>{t("request.change", line)}</li>)}</ul>;
}
