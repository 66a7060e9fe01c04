import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "@/i18n";
import type { StreamName } from "./words";
import { StaffMark } from "@/resources/user/StaffMark";
import { ViaMark } from "@/resources/user/ViaMark";
import { Button, buttonClass } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { toast } from "@/ui/toast";
import { Failure, Waiting } from "./states";
import { LevelMark } from "./EntryRow";
import { entryQuery } from "./queries";

export function EntryDialog({ stream, id }: { stream: StreamName; id: string }) {
  const { t } = useTranslation();
  const navigate = useNavigate({ from: "/system/logs" });
  const { data: entry, error } = useQuery(entryQuery(stream, id));
  const close = () => void navigate({ search: ({ entry: _, ...before }) => before, resetScroll: false });
  const copy = () => void navigator.clipboard.writeText(location.href).then(() => toast("done", t("logs.copied")));
  const rows: [string, ReactNode][] = entry
    ? [
        [t("logs.time"), entry.ts],
        [t("logs.stream"), stream],
        [t("logs.level"), <LevelMark key="level" level={entry.level} />],
        [t("logs.actor"), entry.actor && <span key="actor"><span dir="auto" className="words">{entry.actor.name}</span> <StaffMark role={entry.actor.role} /><ViaMark via={entry.actor.via} /></span>],
        [t("logs.route"), entry.route],
        [t("logs.result"), entry.status],
        [t("logs.duration"), entry.duration_ms === null ? null : `${entry.duration_ms} ms`],
        [t("logs.trace"), entry.request_id],
      ]
    : [];
  return (
    <Dialog title={t("logs.entry")} onClose={close}>
      {error ? <Failure error={error} /> : !entry ? <Waiting /> : (
        <div className="flex flex-col gap-4">
          <p dir="auto" className="words font-semibold">{entry.message}</p>
          <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1.5 text-sm">
            {rows.filter(([, value]) => value !== null).map(([name, value]) => (
              <div key={name} className="contents"><dt className="text-muted">{name}</dt><dd className="wrap-anywhere">{value}</dd></div>
            ))}
          </dl>
          <pre aria-label={t("logs.fields")} tabIndex={0} className="max-h-64 overflow-auto rounded-lg bg-sunken p-3 text-xs">{JSON.stringify(entry.fields, null, 2)}</pre>
          <div className="flex flex-wrap gap-2">
            <Button onClick={copy}>{t("logs.copy")}</Button>
            {entry.request_id && <Link to="/system/logs" search={({ entry: _, stream: left, ...before }) => ({ left, ...before, request_id: entry.request_id ?? undefined })} className={buttonClass("primary")}>{t("logs.traceThis")}</Link>}
          </div>
        </div>
      )}
    </Dialog>
  );
}
