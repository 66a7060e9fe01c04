import { useTranslation } from "@/i18n";
import { toast } from "@/ui/toast";
import { discard, restore } from "./decide";
import type { Kept } from "./queue";

/** Throws away a change that waits, and offers to take that back. */
export function useDiscard(): (change: Kept) => Promise<void> {
  const { t } = useTranslation();
  return async (change) => {
    await discard(change);
    toast("done", (
      <span className="flex items-center justify-between gap-3">
        {t("queue.discarded")}
        <button type="button" className="min-h-8 font-semibold text-accent-text underline underline-offset-4" onClick={() => void restore(change)}>{t("queue.undo")}</button>
      </span>
    ));
  };
}
