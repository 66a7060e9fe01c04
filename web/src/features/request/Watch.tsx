import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Eye, EyeOff } from "lucide-react";
import { useTranslation } from "@/i18n";
import { api, dataOf } from "@/api/client";
import { toastError } from "@/app/ErrorWords";
import { useMe } from "@/app/session";
import { Button } from "@/ui/Button";

/** Whether I am told of all that happens to this request, and the way to change that; for the staff. */
export function Watch({ id }: { id: string }) {
  const { t } = useTranslation();
  const me = useMe();
  const client = useQueryClient();
  const key = ["inbox", "watched", id];
  const params = { path: { id } };
  const isStaff = me.role !== "requester";
  const { data } = useQuery({ queryKey: key, queryFn: ({ signal }) => dataOf(api.GET("/api/me/watched/{id}", { params, signal })), staleTime: Infinity, enabled: isStaff });
  const watching = useMutation({
    mutationFn: (watching: boolean) => dataOf(api.PUT("/api/me/watched/{id}", { params, body: { watching } })),
    onSuccess: (now) => {
      client.setQueryData(key, now);
      // Who watches it has it muted no more.
      if (now.watching) client.setQueryData(["inbox", "muted", id], { muted: false });
    },
    onError: toastError,
  });
  if (!isStaff) return null;
  // Nothing moves when it comes.
  if (data === undefined) return <div className="min-h-11 sm:min-h-9" />;
  const Icon = data.watching ? EyeOff : Eye;
  return <Button kind="quiet" className="-ml-2 px-2!" busy={watching.isPending} title={t("request.watch_hint")} onClick={() => watching.mutate(!data.watching)}><Icon aria-hidden className="size-4" />{t(data.watching ? "request.unwatch" : "request.watch")}</Button>;
}
