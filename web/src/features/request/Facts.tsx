import { Star } from "lucide-react";
import { lazy, Suspense, type ReactNode } from "react";
import { useTranslation, withMore } from "@/i18n";
import type { Person, RequestRecord } from "@/api/types";
import { useMe } from "@/app/session";
import { FIELD_NAMES, fieldOf, reportOf } from "@/resources/request/fields";
import { linksOf } from "@/resources/request/links";
import { FieldWords } from "@/resources/request/marks";
import { Portrait } from "@/resources/user/Portrait";
import { When, exact, zoneOf } from "@/ui/time";
import { usePainted } from "@/ui/usePainted";
import { Links } from "./Links";
import { Mute } from "./Mute";
import { Watch } from "./Watch";

const Share = lazy(() => withMore(import("./Share")));
const Undelivered = lazy(() => withMore(import("./Undelivered")));

/** The facts of a request, each where it is one. */
export function Facts({ record }: { record: RequestRecord }) {
  const { t, language } = useTranslation();
  const { role } = useMe();
  const isPainted = usePainted();
  const report = reportOf(record);
  // That it is a duplicate is said at its head.
  const isDuplicate = linksOf(record).some(({ kind }) => kind === "duplicate_of");
  const details = FIELD_NAMES.filter((name) => fieldOf(name).isDetail && report[name]);
  return (
    <aside aria-label={t("request.facts")} className="card p-4 lg:sticky lg:top-7">
      <dl className="flex flex-col gap-3.5 text-sm">
        <Fact name={t("request.assignee")}>{record.assignee ? <Named person={record.assignee} /> : t("common.nobody")}</Fact>
        <Fact name={t("request.requester")}><Named person={record.requester} /></Fact>
        {record.raised_by.id !== record.requester.id && <Fact name={t("request.raised_by")}>{record.raised_by.name}</Fact>}
        {details.map((name) => <Fact key={name} name={t(fieldOf(name).label)}><FieldWords name={name} value={report[name]} /></Fact>)}
        <Fact name={t("request.due")}>
          {exact(language, record.due_at, zoneOf())}
          <span className={`block ${record.sla.state === "breached" ? "font-semibold text-danger" : "text-muted"}`}>{t(`sla.${record.sla.state}`)}</span>
        </Fact>
        <Fact name={t("request.created")}><When date={record.created_at} /></Fact>
        {record.status_reason && !isDuplicate && <Fact name={t("request.reason")}>{record.status_reason}</Fact>}
        {record.resolution && <Fact name={t("request.resolution")}>{record.resolution}</Fact>}
        {record.rating && <Fact name={t("request.rating")}><Stars count={record.rating} /></Fact>}
      </dl>
      {isPainted && (role === "manager" || role === "admin") && <Suspense><Undelivered id={record.id} version={record.version} /></Suspense>}
      <Links record={record} />
      <div className="mt-3 flex flex-col items-start"><Watch id={record.id} /><Mute id={record.id} /></div>
      <div className="min-h-11 sm:min-h-9">{isPainted && <Suspense><Share record={record} /></Suspense>}</div>
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

const Named = ({ person }: { person: Person }) => <><Portrait person={person} className="mr-1.5 size-5 text-[0.5625rem]" />{person.name}</>;

export function Stars({ count }: { count: number }) {
  const { t } = useTranslation();
  return (
    <span className="inline-flex text-warn">
      {[1, 2, 3, 4, 5].map((star) => <Star key={star} aria-hidden className={`size-4 ${star <= count ? "fill-current" : ""}`} />)}
      <span className="sr-only">{t("request.stars", { count })}</span>
    </span>
  );
}
