import { skipToken, useQuery } from "@tanstack/react-query";
import { useTranslation } from "@/i18n";

/** How many notices are unread, as the live connection tells (LiveInbox.ts). */
export const UNREAD = ["inbox", "unread"] as const;

/** The number of unread notices; nothing where there are none. */
export function Unread({ className }: { className: string }) {
  const { t } = useTranslation();
  const count = useQuery<number>({ queryKey: UNREAD, queryFn: skipToken }).data;
  return !count ? null : (
    <span className={`rounded-full bg-accent px-2 text-xs text-accent-ink tabular-nums ${className}`}>
      <span aria-hidden>{count}</span><span className="sr-only">{t("nav.unread", { count })}</span>
    </span>
  );
}
