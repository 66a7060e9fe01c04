// The open requests at a place and below it, or about an asset: the first ones, and the way to all.
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "@/i18n";
import type { Status } from "@/api/types";
import { ErrorWords } from "@/app/ErrorWords";
import { Portrait } from "@/resources/user/Portrait";
import { RequestCard } from "@/resources/request/RequestCard";
import { listOptions } from "@/resources/request/queries";
import { rowsOf } from "@/resources/request/live";

const OPEN: Status[] = ["submitted", "approved", "assigned", "in_progress", "on_hold"];
const MOST = 8;

export function RequestsHere({ of }: { of: { location: string } | { asset: string } }) {
  const { t } = useTranslation();
  const { data, error, isPending } = useInfiniteQuery(listOptions({ ...of, status: OPEN }));
  const rows = data ? rowsOf(data) : [];
  const people = new Map(rows.flatMap(({ assignee }) => (assignee ? [[assignee.id, assignee] as const] : [])));
  return (
    <section aria-labelledby="requests-here">
      <div className="mb-2 flex items-baseline justify-between gap-3">
        <h2 id="requests-here">{t("places.requests")}</h2>
        <Link to="/requests" search={of} className="text-sm font-semibold text-accent-text hover:underline">{t("places.all_requests")}</Link>
      </div>
      {error && rows.length === 0 ? <div className="card p-4"><ErrorWords error={error} /></div>
        : isPending ? <div aria-busy className="card skeleton h-24 bg-sunken" />
        : rows.length === 0 ? <p className="card p-4 text-sm text-muted">{t("places.no_requests")}</p>
        : <ul className="card divide-y">{rows.slice(0, MOST).map((request) => <li key={request.id}><RequestCard request={request} hasArrived={false} /></li>)}</ul>}
      {people.size > 0 && (
        <div role="group" aria-label={t("places.at_work")} className="mt-3 flex flex-wrap items-center gap-x-4 gap-y-1 text-sm">
          <span className="text-muted">{t("places.at_work")}</span>
          {[...people.values()].map((person) => (
            <Link key={person.id} to="/requests" search={{ ...of, status: OPEN, assignee: person.id }} className="inline-flex min-h-11 items-center gap-2 font-semibold hover:underline sm:min-h-9"><Portrait person={person} /><bdi className="words">{person.name}</bdi></Link>
          ))}
        </div>
      )}
    </section>
  );
}
