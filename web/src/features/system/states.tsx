// What an operators' page shows instead of its content: nothing, a wait, a failure.
import type { LucideIcon } from "lucide-react";
import { useTranslation } from "@/i18n";
import { ErrorWords } from "@/app/ErrorWords";
import { Button } from "@/ui/Button";

export function Nothing({ icon: Icon, text }: { icon: LucideIcon; text: string }) {
  return (
    <p className="flex flex-col items-center gap-2 px-4 py-12 text-center text-muted">
      <Icon aria-hidden className="size-7" strokeWidth={1.5} /> {text}
    </p>
  );
}

export function Failure({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t } = useTranslation();
  return (
    <div className="card flex flex-col items-start gap-3 p-4">
      <ErrorWords error={error} />
      {onRetry && <Button onClick={onRetry}>{t("common.retry")}</Button>}
    </div>
  );
}

export function Waiting({ rows = 4 }: { rows?: number }) {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t("common.loading")} className="flex flex-col gap-3">
      {Array.from({ length: rows }, (_, row) => <div key={row} className="skeleton h-10 rounded-lg bg-sunken" />)}
    </div>
  );
}
