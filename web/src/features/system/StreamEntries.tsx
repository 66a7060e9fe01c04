import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { Pause, Play, ScrollText } from "lucide-react";
import { useEffect } from "react";
import { useTranslation } from "@/i18n";
import { Button } from "@/ui/Button";
import { EntryRow } from "./EntryRow";
import { LONGEST_TAIL, shownEntries } from "./entries";
import { entriesQuery, type LogFilter } from "./queries";
import { Failure, Nothing, Waiting } from "./states";
import { useTail } from "./useTail";
import type { StreamName } from "./words";

export function StreamEntries({ stream, filter }: { stream: StreamName; filter: LogFilter }) {
  const { t } = useTranslation();
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(entriesQuery(stream, filter));
  const client = useQueryClient();
  // A fetch under way may have its answer already, from before the gap.
  const readAgain = () => void client.cancelQueries({ queryKey: entriesQuery(stream, filter).queryKey }).then(() => refetch());
  const tail = useTail({ stream, filter, refetch: readAgain });
  const entries = shownEntries(tail.live, data?.pages.flatMap((page) => page.items) ?? []);
  const fresh = new Set(tail.live.map(({ id }) => id));
  const isEmptyButOn = data !== undefined && entries.length === 0 && hasNextPage && !isFetchingNextPage && !error;
  // A search looks at so many entries a page: an empty one may have a next.
  useEffect(() => {
    if (isEmptyButOn) void fetchNextPage();
  }, [isEmptyButOn, data?.pages.length, fetchNextPage]);
  if (!data) return error ? <Failure error={error} onRetry={() => void refetch()} /> : <Waiting rows={8} />;
  return (
    <section className="card">
      {!filter.to && <TailBar {...tail} />}
      {entries.length === 0 && !hasNextPage && <Nothing icon={ScrollText} text={t("logs.empty")} />}
      <ul className="divide-y text-sm">
        {entries.map((entry) => <EntryRow key={entry.id} entry={entry} stream={stream} fresh={fresh.has(entry.id)} />)}
      </ul>
      {error && <Failure error={error} onRetry={() => void fetchNextPage()} />}
      {hasNextPage && tail.live.length < LONGEST_TAIL && (
        <div className="p-3 text-center"><Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>{t("logs.older")}</Button></div>
      )}
    </section>
  );
}

function TailBar({ connection, paused, toggle, waiting, missed }: Omit<ReturnType<typeof useTail>, "live">) {
  const { t } = useTranslation();
  const isLive = connection === "live";
  const words = isLive ? t("logs.live") : t(`live.${connection === "ended" ? "lost" : connection}`);
  return (
    <div className="sticky top-0 z-10 flex flex-wrap items-center gap-3 rounded-t-xl border-b bg-sunken px-3 py-2 text-sm">
      <Button onClick={toggle}>
        {paused ? <Play aria-hidden className="size-4" /> : <Pause aria-hidden className="size-4" />}{t(paused ? "logs.follow" : "logs.pause")}
      </Button>
      <span role="status" className={`font-semibold ${isLive && !paused ? "text-accent-text" : "text-warn"}`}>{paused ? t("logs.paused", { count: waiting }) : words}</span>
      {missed > 0 && <span className="text-warn">{t("logs.missed", { count: missed })}</span>}
    </div>
  );
}
