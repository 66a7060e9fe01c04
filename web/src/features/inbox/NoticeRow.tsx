import { Link } from "@tanstack/react-router";
import { useQueryClient } from "@tanstack/react-query";
import { Check, MailWarning } from "lucide-react";
import { useTranslation } from "@/i18n";
import { toastError } from "@/app/ErrorWords";
import { markRead, type Notice } from "@/resources/inbox/queries";
import { Button } from "@/ui/Button";
import { isolated } from "@/ui/isolated";
import { When } from "@/ui/time";

/** What happened, in the words of the timeline, but as somebody says it to me. */
function useDeed({ kind, reason, actor, request, role, device, change, item }: Notice): string {
  const { t, exists } = useTranslation();
  if (!request) {
    // A change of a newer release is told in general.
    const said = change && exists(`inbox.changed_${change}`) ? `inbox.changed_${change}` as const : `inbox.did_${kind}` as const;
    return t(said, { role: role && t(`role.${role}`), device, item: item && isolated(item), by: isolated(actor.name) });
  }
  if (kind === "due_soon" || kind === "overdue") return t(`inbox.did_${kind}`);
  const other = { other: item ? isolated(item) : t("link.another") };
  const deed = kind === "linked" || kind === "unlinked" ? t(`inbox.did_${kind}`, other) : kind !== "assigned" ? t(`event.${kind}`) : reason === "assignee" ? t("inbox.assigned_you") : reason === "former_assignee" ? t("inbox.unassigned_you") : t("inbox.assigned");
  return `${actor.id === null ? t("common.system") : actor.name} ${deed}`;
}

/** Where a notice leads: to its request, or to what to do about one's account. */
function useTarget({ kind, request, seq, change }: Notice) {
  if (request) return { to: "/requests/$id", params: { id: request.id }, hash: seq === undefined ? undefined : `event-${seq}` } as const;
  const isOfKey = kind === "key_expires" || change === "key_made" || change === "key_rotated";
  return { to: kind === "welcome" ? "/" : isOfKey ? "/me/keys" : "/me" } as const;
}

export function NoticeRow({ notice }: { notice: Notice }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const deed = useDeed(notice);
  const target = useTarget(notice);
  const { request, words, ts, reason, kind, unread, due_at } = notice;
  const title = request?.title ?? t(kind === "welcome" ? "inbox.welcome" : "inbox.account");
  const read = () => void (unread && markRead(client, notice).catch(toastError));
  return (
    <div className="relative flex gap-3 px-4 py-3 hover:bg-sunken has-focus-visible:bg-accent-soft">
      <span aria-hidden className={`mt-2 size-2.5 shrink-0 rounded-full ${unread ? "bg-accent" : ""}`} />
      <div className="min-w-0 flex-1">
        <p className="flex items-baseline justify-between gap-3">
          <Link {...target} onClick={read} className="min-w-0 outline-none after:absolute after:inset-0">
            {unread && <span className="sr-only">{t("inbox.new")}: </span>}
            <span dir="auto" className={`words line-clamp-2 ${unread ? "font-semibold" : ""}`}>{title}</span>
          </Link>
          <span className="shrink-0 text-xs text-muted tabular-nums">{request?.number}</span>
        </p>
        <p dir="auto" className={`words text-sm ${kind === "overdue" ? "font-semibold text-danger" : ""}`}>{deed}{due_at !== undefined && <> (<When date={due_at} />)</>}</p>
        {words !== undefined && <p dir="auto" className="words mt-1 line-clamp-3 text-sm text-muted">{words}</p>}
        {kind === "completed" && reason === "requester" && <p className="mt-1 text-sm font-semibold text-accent-text">{t("inbox.confirm")}</p>}
        {kind === "new_device" || kind === "password_changed" || kind === "security_changed" ? <p className="mt-1 text-sm">{t(`inbox.do_${kind}`)}</p> : null}
        <p className="mt-1 text-xs text-muted"><When date={ts} /> · {t(`inbox.reason_${reason}`)}</p>
        {notice.mail === "refused" && <p className="mt-1 flex items-center gap-1 text-xs text-warn"><MailWarning aria-hidden className="size-3.5" />{t("inbox.mail_refused")}</p>}
      </div>
      {unread && <Button kind="quiet" aria-label={`${t("inbox.mark")}: ${title}`} title={t("inbox.mark")} className="relative z-10 self-center px-2!" onClick={read}><Check aria-hidden className="size-4" /></Button>}
    </div>
  );
}
