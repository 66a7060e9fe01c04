// All requests: filters in the URL, an endless list that holds only the rows in sight, new ones behind a pill.
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { ArrowUp, Inbox, SearchX } from "lucide-react";
import { useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { announce } from "@/app/announce";
import { ErrorWords } from "@/app/ErrorWords";
import { useKeys } from "@/app/useKeys";
import { useMe } from "@/app/session";
import { isFiltered, matches } from "@/resources/request/filters";
import { letIn, prune, type ListView } from "@/resources/request/live";
import { freshKey, freshOptions, listOptions } from "@/resources/request/queries";
import { Button } from "@/ui/Button";
import { Empty } from "@/ui/Empty";
import { FilterBar } from "./FilterBar";
import { RequestRows, type RowsHandle } from "./RequestRows";

/** Closer to the top than this, new rows come in at once: there is nothing above that could be pushed away. */
const AT_TOP_PX = 80;

export function RequestsPage() {
  const { t } = useTranslation();
  const { id: me, role } = useMe();
  const client = useQueryClient();
  const navigate = useNavigate({ from: "/requests" });
  const filters = useSearch({ from: "/app/requests" });
  const query = useInfiniteQuery(listOptions(filters));
  const fresh = useQuery(freshOptions(filters)).data;
  const rowsRef = useRef<RowsHandle>(null);
  const bar = useRef<HTMLElement>(null);

  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const admit = () => {
    client.setQueryData<ListView>(listOptions(filters).queryKey, (list) => list && letIn(list, fresh, filters));
    client.setQueryData(freshKey(filters), []);
  };
  useEffect(() => {
    client.setQueryData<ListView>(listOptions(filters).queryKey, (list) => list && prune(list, filters, me));
  }, [client, filters, me]);
  useEffect(() => {
    if (fresh.length === 0) return;
    announce(t("list.fresh", { count: fresh.length }));
    if (scrollY < AT_TOP_PX) admit();
    // Whenever others wait than before, even if they are as many: one may have come in the moment in which another was let
    // in. Scrolling back to the top lets nobody in by itself.
  }, [fresh]);
  useKeys({ j: () => rowsRef.current?.move(1), k: () => rowsRef.current?.move(-1) });

  return (
    <>
      <h1 className="mb-4">{t("list.title")}</h1>
      <FilterBar ref={bar} filters={filters} role={role} rows={rows} onChange={(changed) => void navigate({ search: changed, replace: true })} />
      {fresh.length > 0 && (
        <div className="pointer-events-none sticky top-3 z-10 flex h-0 justify-center">
          <button type="button" className="pointer-events-auto flex h-10 items-center gap-2 rounded-full bg-accent px-4 text-sm font-semibold text-accent-ink shadow-lg" onClick={() => { admit(); scrollTo({ top: 0 }); }}>
            <ArrowUp aria-hidden className="size-4" />{t("list.fresh", { count: fresh.length })}
          </button>
        </div>
      )}
      {query.error && rows.length === 0 ? (
        <div className="card p-5"><ErrorWords error={query.error} /><Button className="mt-4" onClick={() => void query.refetch()}>{t("common.retry")}</Button></div>
      ) : query.isPending ? (
        <div aria-busy aria-label={t("common.loading")} className="card skeleton h-[60dvh] bg-sunken" />
      ) : rows.length === 0 ? (
        <div className="card">
          {isFiltered(filters) ? (
            <Empty icon={SearchX} title={t("list.none")} hint={t("list.none_hint")}>
              <Button onClick={() => { void navigate({ search: {} }); bar.current?.focus(); }}>{t("list.clear")}</Button>
            </Empty>
          ) : (
            <Empty icon={Inbox} title={t("list.empty")} hint={t("list.empty_hint")} />
          )}
        </div>
      ) : (
        <RequestRows
          ref={rowsRef}
          rows={rows}
          isGone={(row) => !matches(row, filters, me)}
          onEnd={() => query.hasNextPage && !query.isFetchingNextPage && void query.fetchNextPage()}
        />
      )}
      {!query.hasNextPage && rows.length > 20 && <p className="py-5 text-center text-sm text-muted">{t("list.end")}</p>}
      <p className="mt-3 hidden text-xs text-muted lg:block">{t("list.keys")}</p>
    </>
  );
}
