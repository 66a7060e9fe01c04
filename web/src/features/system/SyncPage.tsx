// What has not reached PostgreSQL, and a push for all of it.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleCheckBig, RefreshCw } from "lucide-react";
import { useTranslation } from "@/i18n";
import { api, dataOf } from "@/api/client";
import { toastError } from "@/app/ErrorWords";
import { When } from "@/ui/time";
import { Button } from "@/ui/Button";
import { toast } from "@/ui/toast";
import { Failure, Nothing, Waiting } from "./states";
import { Card, Table } from "./Card";

const EVERY_MS = 5000;
const SYNC = ["sync"];

export function SyncPage() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const { data, error, refetch } = useQuery({ queryKey: SYNC, queryFn: () => dataOf(api.GET("/api/system/sync")), refetchInterval: EVERY_MS });
  const replay = useMutation({
    mutationFn: () => dataOf(api.POST("/api/system/sync/replay")),
    onSuccess: async ({ poked, still_owing }) => {
      toast("done", t("sync.replayed", { poked, owing: still_owing }));
      await queries.invalidateQueries({ queryKey: SYNC });
    },
    onError: toastError,
  });
  if (!data) return error ? <Failure error={error} onRetry={() => void refetch()} /> : <Waiting />;
  const debts = [...data.audit.map((debt) => ({ name: "audit", debt })), ...(data.lagging ?? []).flatMap((one) => one.outbox.map((debt) => ({ name: one.id, debt })))];
  const owing = debts.filter(({ debt }) => debt.pending > 0 || debt.parked_seq !== null);
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <div>
          <h1>{t("sync.title")}</h1>
          <p className="text-sm text-muted">{t("sync.lead")}</p>
        </div>
        <Button kind="primary" busy={replay.isPending} onClick={() => replay.mutate()}><RefreshCw aria-hidden className="size-4" />{t("sync.replay")}</Button>
      </div>
      {data.lagging === null && <p role="alert" className="rounded-lg bg-warn-soft p-3 text-sm text-warn">{t("sync.unknown")}</p>}
      {data.lagging?.length === 0 && owing.length === 0 && (
        <div className="card"><Nothing icon={CircleCheckBig} text={t("sync.even")} /></div>
      )}
      {data.lagging && data.lagging.length > 0 && (
        <Card title={t("nav.requests")}>
          <Table
            label={t("nav.requests")}
            heads={[t("sync.request"), t("sync.version"), t("sync.behind")]}
            rows={data.lagging.map((one) => ({
              key: one.id,
              cells: [
                <Link key="id" to="/requests/$id" params={{ id: one.id }} className="font-mono text-xs text-accent-text underline">{one.id}</Link>,
                `${one.version} (${t("sync.synced", { count: one.synced_version ?? 0 })})`,
                <When key="ago" date={one.changed_at} />,
              ],
            }))}
          />
        </Card>
      )}
      {owing.length > 0 && (
        <Card title={t("sync.outbox")}>
          <ul className="flex flex-col divide-y divide-line text-sm">
            {owing.map(({ name, debt }) => (
              <li key={name + debt.destination} className="py-2">
                <span className="font-semibold">{name} → {debt.destination}</span>
                <span className="ml-3 text-muted">{t("sync.pending", { count: debt.pending })} · {t("sync.attempts")}: {debt.attempts}{debt.next_attempt_at && <> · {t("sync.next")} <When date={debt.next_attempt_at} /></>}</span>
                {debt.parked_seq !== null && <span className="ml-3 font-semibold text-danger">{t("sync.parked")}: {debt.parked_seq}</span>}
                {debt.error && <p dir="auto" className="words text-danger">{debt.error}</p>}
              </li>
            ))}
          </ul>
        </Card>
      )}
    </div>
  );
}
