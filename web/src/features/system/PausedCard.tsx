// Addresses that nothing is mailed to, since they have bounced or their owner took us for spam.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "@/i18n";
import { api, dataOf } from "@/api/client";
import { toastError } from "@/app/ErrorWords";
import { Button } from "@/ui/Button";
import { When } from "@/ui/time";
import { Card } from "./Card";
import { pausedQuery } from "./deliveries";

export function PausedCard() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { data } = useQuery(pausedQuery);
  const resuming = useMutation({
    mutationFn: (user: string) => dataOf(api.POST("/api/system/mail/paused/{user}/resume", { params: { path: { user } } })),
    onError: toastError,
    onSettled: () => client.invalidateQueries({ queryKey: pausedQuery.queryKey }),
  });
  if (!data || data.items.length === 0) return null;
  return (
    <Card title={t("paused.title")}>
      <p className="text-sm text-muted">{t("paused.hint")}</p>
      <ul className="mt-2 divide-y">
        {data.items.map(({ user, pause }) => (
          <li key={user.id} className="flex flex-wrap items-center gap-3 py-3 text-sm">
            <div className="min-w-0 flex-1 basis-48">
              <p className="words"><bdi className="font-semibold">{user.name}</bdi> · {t(pause.why === "complained" ? "paused.is_complained" : "paused.is_bounced")}</p>
              <p className="words text-xs text-muted"><When date={pause.at} />{pause.words && ` · ${pause.words}`}</p>
            </div>
            <Button busy={resuming.isPending} aria-label={`${t("paused.again")}: ${user.name}`} onClick={() => resuming.mutate(user.id)}>{t("paused.again")}</Button>
          </li>
        ))}
      </ul>
    </Card>
  );
}
