// What needs me now, by role; and what moved lately.
import { Link } from "@tanstack/react-router";
import { Coffee } from "lucide-react";
import { lazy, Suspense, useRef } from "react";
import { useTranslation, withMore } from "@/i18n";
import { ErrorWords } from "@/app/ErrorWords";
import { useMe } from "@/app/session";
import { RequestCard } from "@/resources/request/RequestCard";
import { WaitingReports } from "@/resources/request/WaitingReports";
import { leaveList } from "@/resources/request/cameFrom";
import { needsOf, RECENT, type Need } from "@/resources/request/needs";
import { sayTotal, useTotal } from "@/resources/request/totals";
import { Button } from "@/ui/Button";
import { Empty } from "@/ui/Empty";
import { isolated } from "@/ui/isolated";
import { Pill } from "@/ui/Pill";
import { useHand } from "@/ui/useHand";
import { Held, useShort } from "./useShort";

const Checklist = lazy(() => withMore(import("./Checklist")));

export function HomePage() {
  const { t } = useTranslation();
  const me = useMe();
  const area = useRef<HTMLDivElement>(null);
  const isHeld = useHand(area, "li, [data-pill]");
  return (
    <>
      <h1 className="mb-5">{t("home.hello", { name: isolated(me.name.split(" ")[0]!) })}</h1>
      <WaitingReports />
      <div ref={area} className="grid grid-cols-[minmax(0,1fr)] items-start gap-6 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <Held value={isHeld}>
          <Needs parts={needsOf(me)} />
          <Recent />
        </Held>
      </div>
      {/* At the end: it comes late, and nothing moves when it does. */}
      {me.role === "admin" && <Suspense><Checklist /></Suspense>}
    </>
  );
}

function Recent() {
  const { t } = useTranslation();
  return (
    <section aria-labelledby="recent">
      <h2 id="recent" className="mb-3 flex items-baseline justify-between">
        {t("home.recent")}
        <Link to="/requests" className="text-sm font-semibold text-accent-text hover:underline">{t("home.all")}</Link>
      </h2>
      <Rows {...useShort(RECENT)} />
    </section>
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
  const { t, language } = useTranslation();
  const short = useShort(filters);
  const total = useTotal(filters, short.list, short.fresh);
  if (!alone && short.shown.length === 0 && !short.hasMoved && !short.isPending && !short.error) {
    return <p className="card flex items-center justify-between px-4 py-3 text-sm text-muted"><span className="font-semibold">{t(`home.${label}`)}</span>{t("home.nothing")}</p>;
  }
  return (
    <div>
      <h3 className="mb-2 flex items-center gap-2 text-sm font-semibold">
        {t(`home.${label}`)}
        {total !== undefined && total > 0 && <span className="rounded-full bg-accent px-2 text-xs text-accent-ink tabular-nums">{sayTotal(language, total)}</span>}
        {short.more && <Link to="/requests" search={filters} className="ml-auto text-accent-text hover:underline">{t("common.all")}</Link>}
      </h3>
      <Rows {...short} />
    </div>
  );
}

function Rows({ shown, arrived, hasMoved, admit, isPending, error, retry }: ReturnType<typeof useShort>) {
  const { t } = useTranslation();
  const list = useRef<HTMLDivElement>(null);
  if (error) return <div className="card p-4"><ErrorWords error={error} /><Button className="mt-4" onClick={retry}>{t("common.retry")}</Button></div>;
  if (isPending) return <div aria-busy className="card skeleton h-56 bg-sunken" />;
  const show = () => {
    list.current?.focus();
    admit();
  };
  return (
    <div ref={list} tabIndex={-1} className="outline-none">
      {hasMoved && <Pill onClick={show}>{t("home.moved")}</Pill>}
      {shown.length === 0 ? (
        <div className="card"><Empty icon={Coffee} title={t("home.nothing")} hint={t("home.nothing_hint")} /></div>
      ) : (
        <ul className="card divide-y overflow-hidden">
          {shown.map((row) => <li key={row.id} onClickCapture={() => leaveList(shown.map(({ id }) => id), row.id)}><RequestCard request={row} hasArrived={arrived.has(row.id)} /></li>)}
        </ul>
      )}
    </div>
  );
}
