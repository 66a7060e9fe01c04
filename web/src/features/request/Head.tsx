// What a request is, at a glance: on a phone this and the next step are the first screen.
import { useRouter } from "@tanstack/react-router";
import { ArrowLeft, CalendarClock, CircleUser, MapPin, Megaphone, Pencil } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "@/i18n";
import type { LucideIcon } from "lucide-react";
import type { RequestRecord } from "@/api/types";
import { useKeys } from "@/app/useKeys";
import { FIELD_NAMES, fieldOf, toldOf } from "@/resources/request/fields";
import { Due, FieldMarks, FieldWords, StatusMark, isRunning } from "@/resources/request/marks";
import { Button } from "@/ui/Button";
import { EditDialog } from "./EditDialog";
import { MergedInto } from "./MergedInto";

/** The choices that have no mark: they stand as words. */
const SPOKEN = FIELD_NAMES.filter((name) => { const field = fieldOf(name); return field.kind === "choice" && field.looks === undefined; });

export function Head({ record }: { record: RequestRecord }) {
  const { t } = useTranslation();
  const router = useRouter();
  const [edited, setEdited] = useState<RequestRecord | null>(null);
  const edit = () => setEdited(record);
  useKeys({ e: () => record.may_edit && edit() });
  return (
    <header className="mb-5">
      <button type="button" className="-ml-2 mb-1 flex min-h-9 items-center gap-1.5 rounded-lg px-2 text-sm font-semibold text-muted hover:bg-sunken" onClick={() => (router.history.canGoBack() ? router.history.back() : void router.navigate({ to: "/requests" }))}>
        <ArrowLeft aria-hidden className="size-4 rtl:rotate-180" />{t("common.back")}
      </button>
      <div className="flex items-start justify-between gap-4">
        <h1 dir="auto" tabIndex={-1} className="words min-w-0 outline-none">{record.title}</h1>
        {record.may_edit && <Button kind="quiet" className="shrink-0 px-2!" aria-label={t("request.edit")} onClick={edit}><Pencil aria-hidden className="size-4" /><span className="hidden sm:inline">{t("common.edit")}</span></Button>}
      </div>
      <div className="mt-2 flex flex-wrap items-center gap-x-4 gap-y-2 text-sm">
        <StatusMark status={record.status} />
        <FieldMarks of={record} />
        {isRunning(record.status) && <Glance icon={CalendarClock} name={t("request.due")}><Due request={record} /></Glance>}
        <Glance icon={CircleUser} name={t("request.assignee")}><bdi>{record.assignee?.name ?? t("common.nobody")}</bdi></Glance>
        <Glance icon={Megaphone} name={t("request.requester")}><bdi>{record.requester.name}</bdi></Glance>
        {record.location && <Glance icon={MapPin} name={t("request.place")}><bdi>{record.location.name}</bdi></Glance>}
        {SPOKEN.map((name) => <span key={name} className="words text-muted"><FieldWords name={name} value={toldOf(name, record)} /></span>)}
        <span className="text-muted tabular-nums">{record.number ?? t("request.new_number")}</span>
      </div>
      <MergedInto record={record} />
      {edited && <EditDialog record={edited} now={record} onClose={() => setEdited(null)} />}
    </header>
  );
}

/** A fact without its name, which is told to who cannot see the icon. */
const Glance = ({ icon: Icon, name, children }: { icon: LucideIcon; name: string; children: ReactNode }) => (
  <span className="flex items-center gap-1.5 text-muted" title={name}><Icon aria-hidden className="size-4 shrink-0" /><span className="sr-only">{name}: </span>{children}</span>
);
