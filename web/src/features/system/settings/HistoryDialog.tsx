// What a setting was, who changed it when, and the way back.
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "@/i18n";
import { isCode } from "@/api/problem";
import { ErrorWords } from "@/app/ErrorWords";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { toast } from "@/ui/toast";
import { When } from "@/ui/time";
import { Failure, Waiting } from "../states";
import { historyQuery, isSameValue, revertSetting, showNow, type Setting } from "./queries";
import { useSettingWords } from "./words";

export function HistoryDialog({ setting, onClose }: { setting: Setting; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { say } = useSettingWords();
  const name = t(`settings.name_${setting.key}`);
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(historyQuery(setting.key));
  const changes = data?.pages.flatMap((page) => page.items) ?? [];
  const reverting = useMutation({
    mutationFn: (version: number) => revertSetting(setting, version),
    onSuccess: () => toast("done", t("settings.changed")),
    onSettled: (outcome, failed) => showNow(client, outcome, failed),
  });
  const valueOf = (value: (typeof changes)[number]["new"]) => value ?? setting.default ?? setting.value;
  return (
    <Dialog title={t("settings.history_of", { name })} onClose={onClose}>
      {!data ? (error ? <Failure error={error} onRetry={() => void refetch()} /> : <Waiting rows={3} />) : (
        <ol tabIndex={0} aria-label={t("settings.history")} className="-mx-5 max-h-[55dvh] divide-y overflow-y-auto px-5">
          {changes.map((change) => (
            <li key={change.version} className="flex flex-wrap items-center gap-x-3 gap-y-1 py-3">
              <div className="min-w-0 flex-1 basis-52">
                <p className="words flex flex-wrap items-center gap-x-2">
                  <span dir="auto" className="text-muted">{say(setting, change.old)}</span>
                  <span role="img" aria-label={t("settings.became")} className="text-muted">→</span>
                  <span dir="auto" className="font-semibold">{say(setting, valueOf(change.new))}</span>
                </p>
                <p className="words text-sm text-muted"><bdi>{change.by.name}</bdi> · <When date={change.at} />{change.restored !== null && <> · {t("settings.was_restored")}</>}</p>
              </div>
              {!isSameValue(valueOf(change.new), setting.value) && (
                <Button busy={reverting.isPending} aria-label={t("settings.restore_of", { value: say(setting, valueOf(change.new)) })} onClick={() => reverting.mutate(change.version)}>{t("settings.restore")}</Button>
              )}
            </li>
          ))}
        </ol>
      )}
      {hasNextPage && <Button className="mt-3 w-full" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>{t("settings.older")}</Button>}
      {isCode(reverting.error, "stale") ? <p role="alert" className="mt-3 text-sm text-warn">{t("settings.history_moved")}</p> : reverting.error && <div className="mt-3"><ErrorWords error={reverting.error} /></div>}
      <div className="mt-4 flex justify-end"><Button onClick={onClose}>{t("common.close")}</Button></div>
    </Dialog>
  );
}
