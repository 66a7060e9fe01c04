// My address has bounced: nothing is mailed to me until I say so.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { MailWarning } from "lucide-react";
import { useTranslation } from "@/i18n";
import { api, dataOf } from "@/api/client";
import { toastError } from "@/app/ErrorWords";
import { useMe } from "@/app/session";
import { Button } from "@/ui/Button";
import { When } from "@/ui/time";

const KEY = ["inbox", "mail"] as const;

export default function MailPaused() {
  const { t } = useTranslation();
  const { email } = useMe();
  const client = useQueryClient();
  const { data } = useQuery({ queryKey: KEY, queryFn: ({ signal }) => dataOf(api.GET("/api/me/mail", { signal })), retry: false });
  const resuming = useMutation({
    mutationFn: () => dataOf(api.POST("/api/me/mail/resume")),
    onSuccess: () => client.setQueryData(KEY, { paused: null }),
    onError: toastError,
  });
  if (!data?.paused) return null;
  return (
    <div role="status" className="card flex flex-wrap items-center gap-3 border-warn bg-warn-soft p-4 text-sm">
      <MailWarning aria-hidden className="size-5 shrink-0 text-warn" />
      <p className="words min-w-48 flex-1">{t(data.paused.why === "complained" ? "paused.complained" : "paused.bounced", { email })} <span className="text-muted"><When date={data.paused.at} /></span></p>
      <Button busy={resuming.isPending} onClick={() => resuming.mutate()}>{t("paused.again")}</Button>
    </div>
  );
}
