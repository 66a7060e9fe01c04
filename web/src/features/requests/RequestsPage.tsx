// All requests: filters in the URL, an endless list that holds only the rows in sight, new ones behind a pill.
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useLocation, useNavigate, useSearch } from "@tanstack/react-router";
import { Inbox, SearchX } from "lucide-react";
import { lazy, Suspense, useEffect, useMemo, useRef } from "react";
import { useTranslation, withMore } from "@/i18n";
import { announce } from "@/app/announce";
import { ErrorWords } from "@/app/ErrorWords";
import { useKeys } from "@/app/useKeys";
import { useMe } from "@/app/session";
import { WaitingReports } from "@/resources/request/WaitingReports";
import type { Summary } from "@/api/types";
import { useArrivals } from "@/resources/request/arrivals";
import { rowToReturnTo } from "@/resources/request/cameFrom";
import { belongs, isFiltered } from "@/resources/request/filters";
import { arrange, letIn, rowsOf, type ListView } from "@/resources/request/live";
import { freshKey, freshOptions, listOptions } from "@/resources/request/queries";
import { sayTotal, useTotal } from "@/resources/request/totals";
import { Button } from "@/ui/Button";
import { Empty } from "@/ui/Empty";
import { Pill } from "@/ui/Pill";
import { useHand } from "@/ui/useHand";
import { usePainted } from "@/ui/usePainted";
import { FilterBar } from "./FilterBar";
import { RequestRows, type RowsHandle } from "./RequestRows";

const Export = lazy(() => withMore(import("./Export")));

/** Closer to the top than this, new rows come in by themselves: there is nothing above that could be pushed away. */
const AT_TOP_PX = 80;

export function RequestsPage() {
  const { t, language } = useTranslation();
  const { id: me, role } = useMe();
  const client = useQueryClient();
  const navigate = useNavigate({ from: "/requests" });
  const filters = useSearch({ from: "/app/requests" });
  const query = useInfiniteQuery(listOptions(filters));
  const fresh = useQuery(freshOptions(filters)).data;
  const rowsRef = useRef<RowsHandle>(null);
  const bar = useRef<HTMLElement>(null);
  const area = useRef<HTMLDivElement>(null);
  const isUnderHand = useHand(area);
  const isPainted = usePainted();
  /** The ones that the pill has let in, until the first of them is shown. */
  const toShow = useRef<ReadonlySet<string>>(new Set());

  const rows = useMemo(() => (query.data ? rowsOf(query.data) : []), [query.data]);
  const tell = (changed: Summary[]) => changed.forEach(({ number, title, status }) => announce(t("list.changed", { what: number ?? title, status: t(`status.${status}`) })));
  const total = useTotal(filters, query.data, fresh);
  const arrived = useArrivals(filters, rows, fresh, tell);
  const admit = () => {
    client.setQueryData<ListView>(listOptions(filters).queryKey, (list) => list && letIn(list, fresh, filters));
    client.setQueryData(freshKey(filters), []);
  };
  useEffect(() => {
    client.setQueryData<ListView>(listOptions(filters).queryKey, (list) => list && arrange(list, filters, me));
  }, [client, filters, me]);
  useEffect(() => {
    if (fresh.length > 0) announce(t("list.fresh", { count: fresh.length }));
  }, [fresh]);
  useEffect(() => {
    if (fresh.length > 0 && !isUnderHand && scrollY < AT_TOP_PX) admit();
    // Whenever others wait than before, even if they are as many: one may have come in the moment in which another was let
    // in. Scrolling back to the top lets nobody in by itself; a hand that leaves the list does.
  }, [fresh, isUnderHand]);
  const admitAndShow = () => {
    toShow.current = new Set(fresh.map(({ id }) => id));
    admit();
  };
  useEffect(() => {
    const index = rows.findIndex(({ id }) => toShow.current.has(id));
    if (index === -1) return;
    toShow.current = new Set();
    rowsRef.current?.show(index);
  }, [rows]);
  // Whoever comes back is on the row that they came from, also where the list was still there: they left it for a page that had
  // not come yet.
  const entry = useLocation({ select: ({ state }) => state.__TSR_key });
  const cameTo = useRef<string>(null);
  useEffect(() => {
    if (cameTo.current === (entry ?? "") || rowsRef.current === null) return;
    cameTo.current = entry ?? "";
    const id = rowToReturnTo();
    if (id !== undefined) rowsRef.current.returnTo(id);
  }, [rows, entry]);
  useKeys({ j: () => rowsRef.current?.move(1), k: () => rowsRef.current?.move(-1) });

  return (
    <>
      <div className="mb-4 flex items-baseline gap-3">
        <h1>{t("list.title")}</h1>
        {total !== undefined && <p className="text-sm text-muted tabular-nums">{t("list.total", { count: total, shown: sayTotal(language, total) })}</p>}
        <span className="-my-2 ml-auto">{isPainted && <Suspense><Export filters={filters} /></Suspense>}</span>
      </div>
      <FilterBar ref={bar} filters={filters} role={role} rows={rows} onChange={(changed) => void navigate({ search: changed, replace: true })} />
      <WaitingReports />
      <div ref={area}>
        {fresh.length > 0 && <Pill onClick={admitAndShow}>{t("list.fresh", { count: fresh.length })}</Pill>}
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
            sought={filters.q}
            arrived={arrived}
            isGone={(row) => !belongs(row, filters, me)}
            onEnd={() => query.hasNextPage && !query.isFetchingNextPage && void query.fetchNextPage()}
          />
        )}
      </div>
      {!query.hasNextPage && rows.length > 20 && <p className="py-5 text-center text-sm text-muted">{t("list.end")}</p>}
      <p className="mt-3 hidden text-xs text-muted lg:block">{t("list.keys")}</p>
    </>
  );
}
