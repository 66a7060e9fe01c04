// State and priority as they look everywhere: an icon, a word, and a colour, so that none of them is needed alone.
import { Ban, CheckCheck, ChevronsUp, CircleX, Clock, Inbox, Lock, Minus, Pause, Siren, ThumbsUp, UserCheck, Wrench, ChevronDown, type LucideIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Priority, Status, Summary } from "@/api/types";
import { When, useNow } from "@/ui/time";

const STATUS: Record<Status, [LucideIcon, string]> = {
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

const PRIORITY: Record<Priority, [LucideIcon, string]> = {
  urgent: [Siren, "text-danger font-semibold"],
  high: [ChevronsUp, "text-warn font-semibold"],
  normal: [Minus, "text-muted"],
  low: [ChevronDown, "text-muted"],
};

export function PriorityMark({ priority, iconOnly }: { priority: Priority; iconOnly?: boolean }) {
  const { t } = useTranslation();
  const [Icon, look] = PRIORITY[priority];
  return (
    <span className={`inline-flex items-center gap-1 text-sm whitespace-nowrap ${look}`} title={iconOnly ? t(`priority.${priority}`) : undefined}>
      <Icon aria-hidden className="size-4" />
      <span className={iconOnly ? "sr-only" : ""}>{t(`priority.${priority}`)}</span>
    </span>
  );
}

const RUNNING: Status[] = ["submitted", "approved", "assigned", "in_progress"];

/** When it is due; past that with a warning, while the clock runs. */
export function Due({ request }: { request: Pick<Summary, "due_at" | "status"> }) {
  const { t } = useTranslation();
  const late = Date.parse(request.due_at) < useNow();
  if (!RUNNING.includes(request.status)) return null;
  return (
    <span className={`inline-flex items-center gap-1 whitespace-nowrap ${late ? "font-semibold text-danger" : "text-muted"}`}>
      {late && <Clock aria-hidden className="size-3.5" />}
      {late && <span className="sr-only">{t("sla.breached")}</span>}
      <When date={request.due_at} />
    </span>
  );
}
