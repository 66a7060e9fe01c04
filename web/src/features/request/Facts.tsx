import { Star } from "lucide-react";
import { lazy, Suspense, type ReactNode } from "react";
import { useTranslation, withMore } from "@/i18n";
import type { RequestRecord } from "@/api/types";
import { useMe } from "@/app/session";
import { FIELD_NAMES, fieldOf, reportOf } from "@/resources/request/fields";
import { FieldWords } from "@/resources/request/marks";
import { When, exact } from "@/ui/time";
import { Mute } from "./Mute";
import { Watch } from "./Watch";

const Share = lazy(() => withMore(import("./Share")));
const Undelivered = lazy(() => withMore(import("./Undelivered")));

/** The facts of a request, each where it is one. */
export function Facts({ record }: { record: RequestRecord }) {
  const { t, language } = useTranslation();
  const { role } = useMe();
  const report = reportOf(record);
  const details = FIELD_NAMES.filter((name) => fieldOf(name).isDetail && report[name]);
  return (
    <aside aria-label={t("request.facts")} className="card p-4 lg:sticky lg:top-7">
      <dl className="flex flex-col gap-3.5 text-sm">
        <Fact name={t("request.assignee")}>{record.assignee?.name ?? t("common.nobody")}</Fact>
        <Fact name={t("request.requester")}>{record.requester.name}</Fact>
        {record.raised_by.id !== record.requester.id && <Fact name={t("request.raised_by")}>{record.raised_by.name}</Fact>}
        {details.map((name) => <Fact key={name} name={t(fieldOf(name).label)}><FieldWords name={name} value={report[name]} /></Fact>)}
        <Fact name={t("request.due")}>
          {exact(language, record.due_at)}
          <span className={`block ${record.sla.state === "breached" ? "font-semibold text-danger" : "text-muted"}`}>{t(`sla.${record.sla.state}`)}</span>
        </Fact>
        <Fact name={t("request.created")}><When date={record.created_at} /></Fact>
        {record.status_reason && <Fact name={t("request.reason")}>{record.status_reason}</Fact>}
        {record.resolution && <Fact name={t("request.resolution")}>{record.resolution}</Fact>}
        {record.rating && <Fact name={t("request.rating")}><Stars count={record.rating} /></Fact>}
      </dl>
      {(role === "manager" || role === "admin") && <Suspense><Undelivered id={record.id} version={record.version} /></Suspense>}
      <div className="mt-3 flex flex-col items-start"><Watch id={record.id} /><Mute id={record.id} /></div>
      <Suspense fallback={<div className="min-h-11 sm:min-h-9" />}><Share record={record} /></Suspense>
    </aside>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt className="text-xs font-semibold text-muted">{name}</dt>
      <dd dir="auto" className="words mt-0.5 whitespace-pre-wrap">{children}</dd>
    </div>
  );
}

export function Stars({ count }: { count: number }) {
  const { t } = useTranslation();
  return (
    <span className="inline-flex text-warn">
      {[1, 2, 3, 4, 5].map((star) => <Star key={star} aria-hidden className={`size-4 ${star <= count ? "fill-current" : ""}`} />)}
      <span className="sr-only">{t("request.stars", { count })}</span>
    </span>
  );
}
