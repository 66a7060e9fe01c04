// What waits on this device, in the lists: reports as they have been written, and a mark on requests with changes.
import { CloudUpload } from "lucide-react";
import { useTranslation } from "@/i18n";
import { useMe } from "@/app/session";
import { useQueue } from "@/offline/queue";
import { sizeOf } from "@/ui/size";
import { reportFrom } from "./fields";
import { FieldMarks } from "./marks";

export function WaitingReports() {
  const { t, language } = useTranslation();
  const queue = useQueue(useMe().id);
  const reports = queue.filter(({ kind, refused }) => kind === "create" && !refused);
  /** What goes with it, as the bar at the top says it. */
  const filesOf = (key: string) => {
    const files = queue.filter(({ file }) => file?.after === key);
    return files.length > 0 && t("queue.files", { count: files.length, size: sizeOf(language, files.reduce((sum, { file }) => sum + (file?.size ?? 0), 0)) });
  };
  if (reports.length === 0) return null;
  return (
    <ul aria-label={t("queue.reports")} className="card mb-4 divide-y border-dashed">
      {reports.map(({ key, what, body }) => (
        <li key={key} className="px-4 py-3">
          <p dir="auto" className="words line-clamp-2 font-semibold">{what}</p>
          <p className="mt-1.5 flex flex-wrap items-center gap-x-3 gap-y-1 text-sm">
            <span className="inline-flex items-center gap-1.5 rounded-full border border-dashed border-edge px-2.5 py-0.5 text-xs font-semibold text-muted"><CloudUpload aria-hidden className="size-3.5" />{t("request.waiting")}</span>
            <FieldMarks of={reportFrom(body as Record<string, unknown>)} />
            <span className="text-xs text-muted empty:hidden">{filesOf(key)}</span>
          </p>
        </li>
      ))}
    </ul>
  );
}

/** Of a request with steps, edits or comments of mine that are not sent yet. */
export function WaitingMark({ id }: { id: string }) {
  const { t } = useTranslation();
  const isWaiting = useQueue(useMe().id).some(({ path, refused }) => !refused && path.includes(id));
  return isWaiting && (
    <span className="text-muted" title={t("request.waiting")}>
      <CloudUpload aria-hidden className="size-4" /><span className="sr-only">{t("request.waiting")}</span>
    </span>
  );
}
