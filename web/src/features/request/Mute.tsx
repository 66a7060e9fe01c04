import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Bell, BellOff } from "lucide-react";
import { useTranslation } from "@/i18n";
import { api, dataOf } from "@/api/client";
import { toastError } from "@/app/ErrorWords";
import { Button } from "@/ui/Button";

/** Whether I hear of this request in my inbox, and the way to change that. */
export function Mute({ id }: { id: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const key = ["inbox", "muted", id];
  const params = { path: { id } };
  const { data } = useQuery({ queryKey: key, queryFn: ({ signal }) => dataOf(api.GET("/api/me/muted/{id}", { params, signal })), staleTime: Infinity });
  const muting = useMutation({
    mutationFn: (muted: boolean) => dataOf(api.PUT("/api/me/muted/{id}", { params, body: { muted } })),
    onSuccess: (now) => client.setQueryData(key, now),
    onError: toastError,
  });
  // Nothing moves when it comes.
  if (data === undefined) return <div className="min-h-11 sm:min-h-9" />;
  const Icon = data.muted ? Bell : BellOff;
  return <Button kind="quiet" className="-ml-2 px-2!" busy={muting.isPending} title={t("request.mute_hint")} onClick={() => muting.mutate(!data.muted)}><Icon aria-hidden className="size-4" />{t(data.muted ? "request.unmute" : "request.mute")}</Button>;
}
