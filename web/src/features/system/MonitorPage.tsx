// The state of the parts, asked again every few seconds while somebody looks.
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "@/i18n";
import { api, dataOf } from "@/api/client";
import type { Status } from "@/api/types";
import { StatusMark } from "@/resources/request/marks";
import { When } from "@/ui/time";
import { Failure, Waiting } from "./states";
import { CachesCard } from "./CachesCard";
import { Card, Numbers, size, Table } from "./Card";

const EVERY_MS = 5000;

export function MonitorPage() {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery({ queryKey: ["monitor"], queryFn: () => dataOf(api.GET("/api/system/monitor")), refetchInterval: EVERY_MS });
  if (!data) return error ? <Failure error={error} onRetry={() => void refetch()} /> : <Waiting rows={6} />;
  const { index, database, streams, caches } = data;
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-baseline justify-between gap-2">
        <h1>{t("monitor.title")}</h1>
        <p className="text-sm text-muted">{t("monitor.at")} <When date={data.now} /></p>
      </div>
      <div className="grid gap-4 xl:grid-cols-2">
        <Card title={t("monitor.database")}>
          <Table
            label={t("monitor.database")}
            heads={[t("monitor.of_shard"), t("monitor.breaker"), t("monitor.latency"), t("monitor.commits"), t("monitor.waiting"), t("monitor.refused")]}
            rows={database.map((shard) => ({
              key: String(shard.shard),
              cells: [
                t("monitor.shard", { count: shard.shard }),
                <span key="breaker" className={shard.breaker === "closed" ? "text-accent-text" : "font-semibold text-danger"}>{shard.breaker}</span>,
                shard.latency_ms === null ? "–" : `${shard.latency_ms} ms`, shard.commits, size(shard.waiting_bytes), shard.refused,
              ],
            }))}
          />
          {database.filter((shard) => shard.last_error).map((shard) => (
            <p key={shard.shard} className="mt-3 text-sm text-danger">{t("monitor.lastError")}: {shard.last_error}</p>
          ))}
        </Card>
        {index && (
          <Card title={t("monitor.index")}>
            <Numbers items={[[t("monitor.requests"), index.requests], [t("monitor.size"), size(index.storage_bytes)], [t("monitor.viewers"), index.viewers]]} />
            <ul className="mt-4 flex flex-wrap gap-x-4 gap-y-2" aria-label={t("monitor.byStatus")}>
              {index.by_status.map(([status, count]) => <li key={status} className="flex items-center gap-1.5 text-sm tabular-nums"><StatusMark status={status as Status} /> {count}</li>)}
            </ul>
          </Card>
        )}
        <Card title={t("monitor.streams")}>
          <Table
            label={t("monitor.streams")}
            heads={[t("logs.stream"), t("monitor.entries"), t("monitor.size"), t("monitor.viewers"), t("monitor.dropped")]}
            rows={streams.map((stream) => ({ key: stream.stream, cells: [stream.stream, stream.entries, size(stream.storage_bytes), stream.viewers, stream.dropped] }))}
          />
        </Card>
        <CachesCard caches={caches} />
      </div>
    </div>
  );
}
