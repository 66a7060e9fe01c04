// What lies in the bucket, and whether it is what the requests say: found by a sweep, which goes on in pieces while somebody waits for it.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleCheckBig, SearchCheck, TriangleAlert } from "lucide-react";
import { useTranslation } from "@/i18n";
import { toastError } from "@/app/ErrorWords";
import { Button } from "@/ui/Button";
import { sizeOf } from "@/ui/size";
import { When } from "@/ui/time";
import { Card, Numbers, Table } from "./Card";
import { checkFiles, filesOptions, type FilesReport } from "./files";
import { Failure, Waiting } from "./states";

export function FilesPage() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { data, error, refetch } = useQuery(filesOptions);
  const checking = useMutation({
    mutationFn: async () => {
      // A piece takes a few seconds; the page shows how far it is.
      for (;;) {
        const now = await checkFiles();
        client.setQueryData(filesOptions.queryKey, now);
        if (!now.going) return now;
      }
    },
    onError: toastError,
  });
  if (!data) return error ? <Failure error={error} onRetry={() => void refetch()} /> : <Waiting />;
  const report = data.going ?? data.last;
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <div>
          <h1>{t("storage.title")}</h1>
          <p className="text-sm text-muted">{t("storage.lead")} {t(`storage.in_${data.store}`)}</p>
        </div>
        <Button kind="primary" busy={checking.isPending} onClick={() => checking.mutate()}><SearchCheck aria-hidden className="size-4" />{t("storage.check")}</Button>
      </div>
      {!report ? <div className="card p-4 text-sm text-muted">{t("storage.never")}</div> : <Report report={report} isGoing={data.going !== null} />}
    </div>
  );
}

function Report({ report, isGoing }: { report: FilesReport; isGoing: boolean }) {
  const { t, language } = useTranslation();
  const size = (bytes: number) => sizeOf(language, bytes);
  const isWell = report.orphans + report.missing + report.unsynced === 0 && report.files === report.rows;
  const Icon = isWell ? CircleCheckBig : TriangleAlert;
  return (
    <>
      <p role="status" className={`flex flex-wrap items-center gap-2 rounded-xl p-3 text-sm ${isGoing ? "bg-info-soft text-info" : isWell ? "bg-accent-soft text-accent-text" : "bg-warn-soft text-warn"}`}>
        {!isGoing && <Icon aria-hidden className="size-4" />}
        <span className="font-semibold">{t(isGoing ? "storage.going" : isWell ? "storage.well" : "storage.not_well")}</span>
        <span>{t("storage.started")} <When date={report.started_at} />{report.finished_at && <>, {t("storage.finished")} <When date={report.finished_at} /></>}</span>
      </p>
      <Card title={t("storage.bucket")}>
        <Numbers items={[
          [t("storage.objects"), report.objects], [t("storage.bytes"), size(report.bytes)], [t("storage.files"), report.files],
          [t("storage.thumbnails"), report.thumbnails], [t("storage.avatars"), report.avatars], [t("storage.rows"), report.rows],
        ]} />
      </Card>
      <Card title={t("storage.sweep")}>
        <Numbers items={[
          [t("storage.pending"), report.pending], [t("storage.removing"), report.removing], [t("storage.removed"), report.removed],
          [t("storage.orphans"), report.orphans], [t("storage.missing"), report.missing], [t("storage.unsynced"), report.unsynced],
        ]} />
        {report.findings.length > 0 && (
          <ul className="mt-4 flex flex-col gap-1 border-t pt-3 text-sm">
            {report.findings.map(({ what, subject }) => <li key={`${what} ${subject}`} className="words"><span className="font-semibold text-warn">{t(`storage.is_${what}`)}</span> <span className="font-mono text-xs">{subject}</span></li>)}
          </ul>
        )}
      </Card>
      {report.largest.length > 0 && (
        <Card title={t("storage.largest")}>
          <Table label={t("storage.largest")} heads={[t("storage.name"), t("storage.type"), t("storage.size")]} rows={report.largest.map(({ request, attachment, filename, content_type, size: bytes }) => ({
            key: attachment,
            cells: [<Link key="name" to="/requests/$id" params={{ id: request }} className="font-semibold text-accent-text underline"><bdi>{filename}</bdi></Link>, content_type, size(bytes)],
          }))} />
        </Card>
      )}
    </>
  );
}
