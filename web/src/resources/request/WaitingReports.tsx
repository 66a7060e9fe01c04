// Reports that wait on this device: a part of the lists, as they have been written.
import { CloudUpload } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useMe } from "@/app/session";
import { useQueue } from "@/offline/queue";
import { reportFrom } from "./fields";
import { FieldMarks } from "./marks";

export function WaitingReports() {
  const { t } = useTranslation();
  const reports = useQueue(useMe().id).filter(({ kind, refused }) => kind === "create" && !refused);
  if (reports.length === 0) return null;
  return (
    <ul aria-label={t("queue.reports")} className="card mb-4 divide-y border-dashed">
      {reports.map(({ key, what, body }) => (
        <li key={key} className="px-4 py-3">
          <p dir="auto" className="words line-clamp-2 font-semibold">{what}</p>
          <p className="mt-1.5 flex flex-wrap items-center gap-x-3 gap-y-1 text-sm">
            <span className="inline-flex items-center gap-1.5 rounded-full border border-dashed border-edge px-2.5 py-0.5 text-xs font-semibold text-muted"><CloudUpload aria-hidden className="size-3.5" />{t("request.waiting")}</span>
            <FieldMarks of={reportFrom(body as Record<string, unknown>)} />
          </p>
        </li>
      ))}
    </ul>
  );
}
