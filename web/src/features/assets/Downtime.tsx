// When a thing stood still, and what that comes to, in words.
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "@/i18n";
import type { Schema } from "@/api/types";
import { ErrorWords } from "@/app/ErrorWords";
import { downtimeOptions } from "@/resources/asset/queries";
import { Button } from "@/ui/Button";
import { exact, length, localeOf, useNow, zoneOf } from "@/ui/time";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** So long, in its two largest units where the second one says something: `1 day 6 hr`. */
export function lasted(locale: string, ms: number): string {
  const [unit, next] = ms >= DAY_MS ? ([DAY_MS, HOUR_MS] as const) : ([HOUR_MS, MINUTE_MS] as const);
  const rest = ms % unit;
  return ms >= unit && ms < 30 * DAY_MS && rest >= next ? `${length(locale, ms)} ${length(locale, rest)}` : length(locale, ms);
}

export function Downtime({ of }: { of: string }) {
  const { t } = useTranslation();
  const { data, error, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(downtimeOptions(of));
  const spans = data?.pages.flatMap((page) => page.items) ?? [];
  const totals = data?.pages[0]?.totals;
  return (
    <section aria-labelledby="downtime">
      <h2 id="downtime" className="mb-2">{t("downtime.title")}</h2>
      {error && !data && <div className="card p-4"><ErrorWords error={error} /></div>}
      {!data && !error && <div aria-busy aria-label={t("common.loading")} className="card skeleton h-24 bg-sunken" />}
      {totals && (
        <div className="card">
          <Figures totals={totals} />
          <ul className="divide-y border-t text-sm empty:hidden">{spans.map((span) => <li key={`${span.from} ${span.request?.id ?? span.source}`} className="px-4 py-2.5"><Span span={span} /></li>)}</ul>
        </div>
      )}
      {hasNextPage && <Button className="mt-3" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>{t("downtime.more")}</Button>}
    </section>
  );
}

function Figures({ totals }: { totals: Schema<"DowntimeTotals"> }) {
  const { t, language } = useTranslation();
  const locale = localeOf(language);
  const { availability, downtime_seconds, failures, mtbf_seconds, mttr_seconds } = totals;
  // A part that rounds to all is told as one that is not.
  const shown = availability === null ? null : availability < 1 ? Math.min(availability, 0.9999) : 1;
  return (
    <div className="p-4">
      {downtime_seconds === 0 && failures === 0 ? <p className="text-sm">{t("downtime.none")}</p> : (
        <dl className="grid gap-x-8 gap-y-3 text-sm sm:grid-cols-2 lg:grid-cols-4">
          {shown !== null && <Figure name={t("downtime.availability")} hint={t("downtime.availability_hint")}>{new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 2 }).format(shown)}</Figure>}
          <Figure name={t("downtime.down")} hint={t("downtime.failures", { count: failures })}>{lasted(locale, downtime_seconds * 1_000)}</Figure>
          {mtbf_seconds !== null && <Figure name={t("downtime.mtbf")} hint={t("downtime.mtbf_hint")}>{lasted(locale, mtbf_seconds * 1_000)}</Figure>}
          {mttr_seconds !== null && <Figure name={t("downtime.mttr")} hint={t("downtime.mttr_hint")}>{lasted(locale, mttr_seconds * 1_000)}</Figure>}
        </dl>
      )}
      <p className="mt-2 text-xs text-muted">{t("downtime.window")}</p>
    </div>
  );
}

const Figure = ({ name, hint, children }: { name: string; hint: string; children: ReactNode }) => (
  <div><dt className="text-xs font-semibold text-muted">{name}</dt><dd className="mt-0.5"><span className="block text-base font-semibold tabular-nums">{children}</span><span className="text-muted">{hint}</span></dd></div>
);

function Span({ span }: { span: Schema<"DowntimeSpan"> }) {
  const { t, language } = useTranslation();
  const now = useNow();
  const time = (date: string) => <time dateTime={date}>{exact(language, date, zoneOf())}</time>;
  const { from, to, request, reason, source } = span;
  return (
    <>
      <p className="flex flex-wrap items-baseline gap-x-3">
        <span>{time(from)} – {to === null ? <b className="text-danger">{t("downtime.still")}</b> : time(to)}</span>
        <span className="text-muted">{lasted(localeOf(language), (to === null ? now : Date.parse(to)) - Date.parse(from))}</span>
      </p>
      <p dir="auto" className="words mt-0.5 text-muted">
        {request ? <><span className="tabular-nums">{request.number}</span> <Link to="/requests/$id" params={{ id: request.id }} className="font-semibold text-accent-text hover:underline">{request.title}</Link></>
          : source === "request" ? t("downtime.of_request") : (reason ?? t("assets.out_of_service"))}
      </p>
    </>
  );
}
