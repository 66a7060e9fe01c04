// Deletes a place or an asset that was made by mistake; it is asked once more first.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { api, dataOf, etag } from "@/api/client";
import { toastError } from "@/app/ErrorWords";
import { assetsChanged } from "@/resources/asset/queries";
import { Button } from "@/ui/Button";
import { toast } from "@/ui/toast";
import { placesChanged } from "./queries";

export function RemoveThing({ noun, thing: { id, version, name } }: { noun: "locations" | "assets"; thing: { id: string; version: number; name: string } }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [isAsked, setAsked] = useState(false);
  const removing = useMutation({
    mutationFn: () => {
      const params = { path: { id }, header: { "If-Match": etag(version) } };
      return noun === "assets" ? dataOf(api.DELETE("/api/assets/{id}", { params })) : dataOf(api.DELETE("/api/locations/{id}", { params }));
    },
    onSuccess: async () => {
      await navigate({ to: noun === "assets" ? "/assets" : "/places" });
      toast("done", t("places.removed", { name }));
      await (noun === "assets" ? assetsChanged : placesChanged)(client);
    },
    onError: toastError,
  });
  return <Button kind={isAsked ? "danger" : "quiet"} busy={removing.isPending} onBlur={() => setAsked(false)} onClick={() => (isAsked ? removing.mutate() : setAsked(true))}>{t(isAsked ? "places.remove_ask" : "places.remove")}</Button>;
}
