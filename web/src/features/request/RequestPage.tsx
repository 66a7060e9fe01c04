// One request: its head, what can be done now, what happened, and the facts beside it; live.
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useMemo, useState } from "react";
import { useTranslation, withMore } from "@/i18n";
import { isCode } from "@/api/problem";
import { ErrorPage } from "@/app/ErrorPage";
import { NotFound } from "@/app/NotFound";
import { useMe } from "@/app/session";
import { useKeys } from "@/app/useKeys";
import { keepOpened } from "@/offline/opened";
import { useQueue } from "@/offline/queue";
import { isDown } from "@/resources/asset/down";
import { cameFrom, movedTo, wayBack } from "@/resources/request/cameFrom";
import { isFinal, partsOf, project } from "@/resources/request/project";
import type { RequestView } from "@/resources/request/live";
import { requestOptions } from "@/resources/request/queries";
import { ActionBar } from "./ActionBar";
import { Composer } from "./Composer";
import { Facts } from "./Facts";
import { Files } from "./Files";
import { Head } from "./Head";
import { Refused } from "./Refused";
import { Timeline } from "./Timeline";
import { useLiveRequest } from "./useLiveRequest";

const Viewer = lazy(() => withMore(import("./Viewer")));
const StandsStill = lazy(() => withMore(import("@/resources/asset/StandsStill")));

export function RequestPage() {
  const { id } = useParams({ from: "/app/requests/$id" });
  const { data, error, refetch } = useQuery(requestOptions(id));
  if (data) return <Loaded key={id} view={data} />;
  if (isCode(error, "not_found")) return <NotFound />;
  if (error) return <ErrorPage error={error} reset={() => void refetch()} />;
  return <div aria-busy className="card skeleton h-[70dvh] bg-sunken" />;
}

function Loaded({ view: told }: { view: RequestView }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const me = useMe();
  const changes = useQueue(me.id);
  const view = useMemo(() => project(told, changes, me), [told, changes, me]);
  const { record, events, waiting } = view;
  const [handed, setHanded] = useState<string | null>(null);
  /** The file that is looked at. */
  const [opened, setOpened] = useState<string | null>(null);
  const connection = useLiveRequest(record.id, me.id);
  /** The request that stands so many places further on the list that this one was opened from. */
  const go = (places: 1 | -1) => {
    const ids = cameFrom()?.ids ?? [];
    const other = ids.includes(record.id) ? ids[ids.indexOf(record.id) + places] : undefined;
    if (other === undefined) return;
    movedTo(other);
    void navigate({ to: "/requests/$id", params: { id: other }, replace: true });
  };
  const leave = () => void navigate({ href: wayBack() ?? "/requests" });
  useKeys({
    c: () => document.querySelector<HTMLElement>("[data-composer]")?.focus(),
    j: () => go(1),
    k: () => go(-1),
    u: leave,
    Escape: leave,
  });
  useEffect(() => {
    document.title = `${record.number ?? ""} ${record.title} · CepatEdge`;
    return () => void (document.title = "CepatEdge");
  }, [record.number, record.title]);
  useEffect(() => void keepOpened(me.id, { noun: "request", id: record.id, title: record.title, hint: record.number ?? "" }), [me.id, record.id, record.number, record.title]);
  return (
    <article className={record.allowed_actions.length > 0 ? "max-lg:pb-16" : ""}>
      <Head record={record} />
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-x-8 gap-y-6 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="min-w-0">
          <Refused changes={changes.filter((change) => change.refused && partsOf(change).id === record.id)} onHand={({ words }) => setHanded(words)} />
          {isDown(record) && <Suspense><StandsStill record={record} /></Suspense>}
          <ActionBar view={view} />
          <p dir="auto" className="words mb-7 whitespace-pre-wrap">{record.description || <span className="text-muted">{t("request.no_description")}</span>}</p>
          <Files record={record} onOpen={setOpened} />
          <h2 className="mb-4 flex items-center gap-3">
            {t("request.timeline")}
            <span role="status" className={`flex items-center gap-1.5 text-xs font-semibold ${connection === "lost" ? "text-warn" : "text-muted"}`}>
              <span aria-hidden className={`size-2 rounded-full ${connection === "live" ? "bg-accent" : "border-2 border-warn"}`} />
              {t(connection === "live" ? "live.live" : connection === "lost" ? "live.lost" : "live.connecting")}
            </span>
          </h2>
          <Timeline shown={{ record, onOpen: setOpened }} events={events} waiting={waiting} />
          <Composer id={record.id} mayAttach={!isFinal(record.status)} handed={handed === null ? null : { words: handed, onTaken: () => setHanded(null) }} />
        </div>
        <Facts record={record} />
      </div>
      {opened !== null && <Suspense><Viewer record={record} at={opened} onOpen={setOpened} onClose={() => setOpened(null)} /></Suspense>}
    </article>
  );
}
