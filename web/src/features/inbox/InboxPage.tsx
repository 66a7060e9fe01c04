// What I am told: what happened to my requests and my work, and why I hear of it.
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { BellOff, BellRing, Check, Settings2 } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation, withMore } from "@/i18n";
import { ErrorPage } from "@/app/ErrorPage";
import { ErrorWords, toastError } from "@/app/ErrorWords";
import { inboxOptions, markRead, type Notice } from "@/resources/inbox/queries";
import { Button, buttonClass } from "@/ui/Button";
import { NoticeRow } from "./NoticeRow";

/** What few need. */
const DeviceDialog = lazy(() => withMore(import("./DeviceDialog")));
const MailPaused = lazy(() => withMore(import("./MailPaused")));

export function InboxPage() {
  const { t } = useTranslation();
  const { unread = false } = useSearch({ from: "/app/inbox" });
  const navigate = useNavigate({ from: "/inbox" });
  const client = useQueryClient();
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage, isFetchNextPageError } = useInfiniteQuery(inboxOptions(unread));
  const [isOfDevice, setOfDevice] = useState(false);
  const marking = useMutation({ mutationFn: (newest: Notice) => markRead(client, newest, true), onError: toastError });
  if (!data && error) return <ErrorPage error={error} reset={() => void refetch()} />;
  const notices = data?.pages.flatMap((page) => page.items) ?? [];
  const newest = notices[0];
  return (
    <div className="mx-auto flex max-w-3xl flex-col gap-4">
      <div className="flex flex-wrap items-center gap-3">
        <h1 className="mr-auto">{t("inbox.title")}</h1>
        <Link to="/me/notices" className={buttonClass()}><Settings2 aria-hidden className="size-4" />{t("inbox.choices")}</Link>
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
      ) : <ul className="card divide-y">{notices.map((notice) => <li key={notice.id}><NoticeRow notice={notice} /></li>)}</ul>}
      {data && error && <ErrorWords error={error} />}
      {isOfDevice && <Suspense><DeviceDialog onClose={() => setOfDevice(false)} /></Suspense>}
      {(hasNextPage || isFetchNextPageError) && <Button className="self-center" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>{t("sessions.more")}</Button>}
    </div>
  );
}
