// What I am told: what happened to my requests and my work, and why I hear of it.
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { BellOff, BellRing, Check, Mail, MailWarning } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { ErrorPage } from "@/app/ErrorPage";
import { ErrorWords, toastError } from "@/app/ErrorWords";
import { withMore } from "@/i18n";
import { inboxOptions, markRead, type Notice } from "@/resources/inbox/queries";
import { Button } from "@/ui/Button";
import { When } from "@/ui/time";
import { ChoicesDialog } from "./ChoicesDialog";

/** What few need. */
const DeviceDialog = lazy(() => withMore(import("./DeviceDialog")));
const MailPaused = lazy(() => withMore(import("./MailPaused")));

export function InboxPage() {
  const { t } = useTranslation();
  const { unread = false } = useSearch({ from: "/app/inbox" });
  const navigate = useNavigate({ from: "/inbox" });
  const client = useQueryClient();
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage, isFetchNextPageError } = useInfiniteQuery(inboxOptions(unread));
  const [isChoosing, setChoosing] = useState(false);
  const [isOfDevice, setOfDevice] = useState(false);
  const marking = useMutation({ mutationFn: (newest: Notice) => markRead(client, newest, true), onError: toastError });
  if (!data && error) return <ErrorPage error={error} reset={() => void refetch()} />;
  const notices = data?.pages.flatMap((page) => page.items) ?? [];
  const newest = notices[0];
  return (
    <div className="mx-auto flex max-w-3xl flex-col gap-4">
      <div className="flex flex-wrap items-center gap-3">
        <h1 className="mr-auto">{t("inbox.title")}</h1>
        <Button onClick={() => setChoosing(true)}><Mail aria-hidden className="size-4" />{t("inbox.choices")}</Button>
        <Button onClick={() => setOfDevice(true)}><BellRing aria-hidden className="size-4" />{t("inbox.device")}</Button>
        {newest && <Button busy={marking.isPending} disabled={!notices.some((notice) => notice.unread)} onClick={() => marking.mutate(newest)}><Check aria-hidden className="size-4" />{t("inbox.read_all")}</Button>}
      </div>
      <Suspense><MailPaused /></Suspense>
      <div role="group" aria-label={t("inbox.title")} className="flex gap-2">
        {[false, true].map((only) => (
          <Button key={String(only)} kind={only === unread ? "primary" : undefined} aria-pressed={only === unread} onClick={() => void navigate({ search: only ? { unread: true } : {}, replace: true })}>
            {t(only ? "inbox.unread_only" : "inbox.all")}
          </Button>
        ))}
      </div>
      {!data ? <div aria-busy className="card skeleton h-[50dvh] bg-sunken" /> : notices.length === 0 ? (
        <div className="card flex flex-col items-center gap-3 px-6 py-14 text-center">
          <BellOff aria-hidden className="size-9 text-edge" strokeWidth={1.5} />
          <p className="font-semibold">{t(unread ? "inbox.empty_unread" : "inbox.empty")}</p>
          {!unread && <p className="text-sm text-muted">{t("inbox.empty_hint")}</p>}
        </div>
      ) : <ul className="card divide-y">{notices.map((notice) => <li key={notice.id}><Row notice={notice} /></li>)}</ul>}
      {data && error && <ErrorWords error={error} />}
      {isChoosing && <ChoicesDialog onClose={() => setChoosing(false)} />}
      {isOfDevice && <Suspense><DeviceDialog onClose={() => setOfDevice(false)} /></Suspense>}
      {(hasNextPage || isFetchNextPageError) && <Button className="self-center" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>{t("sessions.more")}</Button>}
    </div>
  );
}

/** What happened, in the words of the timeline, but as somebody says it to me. */
function useDeed({ kind, reason, actor }: Notice): string {
  const { t } = useTranslation();
  const deed = kind !== "assigned" ? t(`event.${kind}`) : reason === "assignee" ? t("inbox.assigned_you") : reason === "former_assignee" ? t("inbox.unassigned_you") : t("inbox.assigned");
  return `${actor.id === null ? t("common.system") : actor.name} ${deed}`;
}

function Row({ notice }: { notice: Notice }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const deed = useDeed(notice);
  const { request, seq, words, ts, reason, kind, unread } = notice;
  const read = () => void (unread && markRead(client, notice).catch(toastError));
  return (
    <div className="relative flex gap-3 px-4 py-3 hover:bg-sunken has-focus-visible:bg-accent-soft">
      <span aria-hidden className={`mt-2 size-2.5 shrink-0 rounded-full ${unread ? "bg-accent" : ""}`} />
      <div className="min-w-0 flex-1">
        <p className="flex items-baseline justify-between gap-3">
          <Link to="/requests/$id" params={{ id: request.id }} hash={`event-${seq}`} onClick={read} className="min-w-0 outline-none after:absolute after:inset-0">
            {unread && <span className="sr-only">{t("inbox.new")}: </span>}
            <span dir="auto" className={`words line-clamp-2 ${unread ? "font-semibold" : ""}`}>{request.title}</span>
          </Link>
          <span className="shrink-0 text-xs text-muted tabular-nums">{request.number}</span>
        </p>
        <p dir="auto" className="words text-sm">{deed}</p>
        {words !== undefined && <p dir="auto" className="words mt-1 line-clamp-3 text-sm text-muted">{words}</p>}
        {kind === "completed" && reason === "requester" && <p className="mt-1 text-sm font-semibold text-accent-text">{t("inbox.confirm")}</p>}
        <p className="mt-1 text-xs text-muted"><When date={ts} /> · {t(`inbox.reason_${reason}`)}</p>
        {notice.mail === "refused" && <p className="mt-1 flex items-center gap-1 text-xs text-warn"><MailWarning aria-hidden className="size-3.5" />{t("inbox.mail_refused")}</p>}
      </div>
      {unread && <Button kind="quiet" aria-label={`${t("inbox.mark")}: ${request.title}`} title={t("inbox.mark")} className="relative z-10 self-center px-2!" onClick={read}><Check aria-hidden className="size-4" /></Button>}
    </div>
  );
}
