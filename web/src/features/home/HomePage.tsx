// What needs me now, by role; and what moved lately.
import { useQuery, useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Coffee } from "lucide-react";
import { useTranslation } from "react-i18next";
import { ErrorWords } from "@/app/ErrorWords";
import { useMe } from "@/app/session";
import { RequestCard } from "@/resources/request/RequestCard";
import { matches, type Filters } from "@/resources/request/filters";
import { letIn } from "@/resources/request/live";
import { NEEDS, RECENT, type Need } from "@/resources/request/needs";
import { freshOptions, listOptions } from "@/resources/request/queries";
import { Button } from "@/ui/Button";
import { Empty } from "@/ui/Empty";
import { isolated } from "@/ui/isolated";

const SHOWN = 8;

/** A list in short. The query keeps its own key: it holds fewer rows than the page of all requests. */
function useShort(filters: Filters) {
  const me = useMe().id;
  const query = useInfiniteQuery(listOptions(filters));
  const fresh = useQuery(freshOptions(filters)).data;
  const pages = query.data ? letIn(query.data, fresh, filters).pages : [];
  const rows = pages.flatMap((page) => page.items).filter((row) => matches(row, filters, me));
  if (filters.sort === "-updated") rows.sort((a, b) => b.updated_at.localeCompare(a.updated_at));
  return { rows, more: query.hasNextPage || rows.length > SHOWN, isPending: query.isPending, error: query.error, retry: () => void query.refetch() };
}

export function HomePage() {
  const { t } = useTranslation();
  const me = useMe();
  return (
    <>
      <h1 className="mb-5">{t("home.hello", { name: isolated(me.name.split(" ")[0]!) })}</h1>
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-6 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <Needs parts={NEEDS[me.role]} />
        <section aria-labelledby="recent">
          <h2 id="recent" className="mb-3 flex items-baseline justify-between">
            {t("home.recent")}
            <Link to="/requests" className="text-sm font-semibold text-accent-text hover:underline">{t("home.all")}</Link>
          </h2>
          <Rows {...useShort(RECENT)} />
        </section>
      </div>
    </>
  );
}

function Needs({ parts }: { parts: Need[] }) {
  const { t } = useTranslation();
  return (
    <section aria-labelledby="needs">
      <h2 id="needs" className="mb-3">{t("home.needs_me")}</h2>
      <div className="flex flex-col gap-5">
        {parts.map((need) => <Part key={need.label} {...need} alone={parts.length === 1} />)}
      </div>
    </section>
  );
}

function Part({ label, filters, alone }: Need & { alone: boolean }) {
  const { t } = useTranslation();
  const short = useShort(filters);
  if (!alone && short.rows.length === 0 && !short.isPending && !short.error) {
    return <p className="card flex items-center justify-between px-4 py-3 text-sm text-muted"><span className="font-semibold">{t(`home.${label}`)}</span>{t("home.nothing")}</p>;
  }
  return (
    <div>
      <h3 className="mb-2 flex items-center gap-2 text-sm font-semibold">
        {t(`home.${label}`)}
        {short.rows.length > 0 && <span className="rounded-full bg-accent px-2 text-xs text-accent-ink tabular-nums">{short.rows.length}{short.more && short.rows.length > SHOWN ? "+" : ""}</span>}
        {short.more && <Link to="/requests" search={filters} className="ml-auto text-accent-text hover:underline">{t("common.all")}</Link>}
      </h3>
      <Rows {...short} />
    </div>
  );
}

function Rows({ rows, isPending, error, retry }: ReturnType<typeof useShort>) {
  const { t } = useTranslation();
  if (error) return <div className="card p-4"><ErrorWords error={error} /><Button className="mt-4" onClick={retry}>{t("common.retry")}</Button></div>;
  if (isPending) return <div aria-busy className="card skeleton h-56 bg-sunken" />;
  if (rows.length === 0) return <div className="card"><Empty icon={Coffee} title={t("home.nothing")} hint={t("home.nothing_hint")} /></div>;
  return (
    <ul className="card divide-y overflow-hidden">
      {rows.slice(0, SHOWN).map((row) => <li key={row.id}><RequestCard request={row} /></li>)}
    </ul>
  );
}
