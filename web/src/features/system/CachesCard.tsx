// The caches in numbers, and the way to empty one.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { api, dataOf } from "@/api/client";
import type { Schema } from "@/api/types";
import { toastError } from "@/app/ErrorWords";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { toast } from "@/ui/toast";
import { When } from "@/ui/time";
import { Card, size, Table } from "./Card";

type Namespace = Schema<"CacheNamespace">;

export function CachesCard({ caches }: { caches: Schema<"CacheStats">[] }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [asked, setAsked] = useState<Namespace | null>(null);
  const purging = useMutation({
    mutationFn: (namespace: Namespace) => dataOf(api.DELETE("/api/system/cache/{namespace}", { params: { path: { namespace } } })),
    onSuccess: ({ forgotten }) => toast("done", t("monitor.purged", { count: forgotten })),
    onError: toastError,
    onSettled: () => {
      setAsked(null);
      return client.invalidateQueries({ queryKey: ["monitor"] });
    },
  });
  return (
    <Card title={t("monitor.caches")}>
      <Table
        label={t("monitor.caches")}
        heads={[t("monitor.of_cache"), t("monitor.entries"), t("monitor.hits"), t("monitor.stale"), t("monitor.size"), t("monitor.oldest"), t("monitor.purge")]}
        rows={caches.map(({ namespace, entries, hits, misses, stale, storage_bytes, oldest_at }) => {
          const reads = hits + misses + stale;
          return {
            key: namespace,
            cells: [
              namespace, entries, reads === 0 ? "–" : `${Math.round((100 * hits) / reads)} %`, stale, size(storage_bytes), oldest_at ? <When key="oldest" date={oldest_at} /> : "–",
              <Button key="purge" kind="quiet" aria-label={t("monitor.purge_of", { name: namespace })} onClick={() => setAsked(namespace as Namespace)}>{t("monitor.purge")}</Button>,
            ],
          };
        })}
      />
      {asked && (
        <Dialog title={t("monitor.purge_of", { name: asked })} onClose={() => setAsked(null)}>
          <p className="mb-5 text-sm text-muted">{t("monitor.purge_hint")}</p>
          <div className="flex justify-end gap-3">
            <Button onClick={() => setAsked(null)}>{t("common.back")}</Button>
            <Button kind="danger" busy={purging.isPending} onClick={() => purging.mutate(asked)}>{t("monitor.purge")}</Button>
          </div>
        </Dialog>
      )}
    </Card>
  );
}
