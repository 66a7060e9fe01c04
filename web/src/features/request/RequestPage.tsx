// One request: its head, what can be done now, what happened, and the facts beside it; live.
import { useQuery } from "@tanstack/react-query";
import { useParams, useRouter } from "@tanstack/react-router";
import { ArrowLeft, CircleUser, Pencil } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { isCode } from "@/api/problem";
import type { RequestRecord } from "@/api/types";
import { ErrorPage } from "@/app/ErrorPage";
import { NotFound } from "@/app/NotFound";
import { useMe } from "@/app/session";
import { FieldMarks, StatusMark } from "@/resources/request/marks";
import type { RequestView } from "@/resources/request/live";
import { requestOptions } from "@/resources/request/queries";
import { Button } from "@/ui/Button";
import { ActionBar } from "./ActionBar";
import { Composer } from "./Composer";
import { EditDialog } from "./EditDialog";
import { Facts } from "./Facts";
import { Timeline } from "./Timeline";
import { useLiveRequest } from "./useLiveRequest";

export function RequestPage() {
  const { id } = useParams({ from: "/app/requests/$id" });
  const { data, error, refetch } = useQuery(requestOptions(id));
  if (data) return <Loaded key={id} view={data} />;
  if (isCode(error, "not_found")) return <NotFound />;
  if (error) return <ErrorPage error={error} reset={() => void refetch()} />;
  return <div aria-busy className="card skeleton h-[70dvh] bg-sunken" />;
}

function Loaded({ view }: { view: RequestView }) {
  const { t } = useTranslation();
  const { record, events } = view;
  const connection = useLiveRequest(record.id, useMe().id);
  useEffect(() => {
    document.title = `${record.number ?? ""} ${record.title} · CepatEdge`;
    return () => void (document.title = "CepatEdge");
  }, [record.number, record.title]);
  return (
    <article>
      <Head record={record} />
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-x-8 gap-y-6 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="min-w-0">
          <ActionBar view={view} />
          <p className="words mb-7 whitespace-pre-wrap">{record.description || <span className="text-muted">{t("request.no_description")}</span>}</p>
          <h2 className="mb-4 flex items-center gap-3">
            {t("request.timeline")}
            <span role="status" className={`flex items-center gap-1.5 text-xs font-semibold ${connection === "lost" ? "text-warn" : "text-muted"}`}>
              <span aria-hidden className={`size-2 rounded-full ${connection === "live" ? "bg-accent" : "border-2 border-warn"}`} />
              {t(connection === "live" ? "live.live" : connection === "lost" ? "live.lost" : "live.connecting")}
            </span>
          </h2>
          <Timeline id={record.id} events={events} />
          <Composer id={record.id} />
        </div>
        <Facts record={record} />
      </div>
    </article>
  );
}

function Head({ record }: { record: RequestRecord }) {
  const { t } = useTranslation();
  const router = useRouter();
  const [isEditing, setEditing] = useState(false);
  return (
    <header className="mb-5">
      <button type="button" className="-ml-2 mb-1 flex min-h-9 items-center gap-1.5 rounded-lg px-2 text-sm font-semibold text-muted hover:bg-sunken" onClick={() => (router.history.canGoBack() ? router.history.back() : void router.navigate({ to: "/requests" }))}>
        <ArrowLeft aria-hidden className="size-4" />{t("common.back")}
      </button>
      <div className="flex items-start justify-between gap-4">
        <h1 className="words min-w-0">{record.title}</h1>
        {record.may_edit && <Button kind="quiet" className="shrink-0 px-2!" aria-label={t("request.edit")} onClick={() => setEditing(true)}><Pencil aria-hidden className="size-4" /><span className="hidden sm:inline">{t("common.edit")}</span></Button>}
      </div>
      <div className="mt-2 flex flex-wrap items-center gap-x-4 gap-y-2">
        <StatusMark status={record.status} />
        <FieldMarks of={record} />
        <span className="flex items-center gap-1.5 text-sm text-muted"><CircleUser aria-hidden className="size-4" />{record.assignee?.name ?? t("common.nobody")}</span>
        <span className="text-sm text-muted tabular-nums">{record.number ?? t("request.new_number")}</span>
      </div>
      {isEditing && <EditDialog record={record} onClose={() => setEditing(false)} />}
    </header>
  );
}
