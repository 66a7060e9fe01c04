import { useTranslation } from "@/i18n";
import type { Schema } from "@/api/types";

/** What became of a mail, where it ended, and what the provider said. */
export function MailedWords({ mailed, taken }: { mailed: Schema<"Mailed">; taken: string }) {
  const { t } = useTranslation();
  const { outcome, step, code, words } = mailed;
  return (
    <div className="text-sm">
      <p className={`font-semibold ${outcome === "taken" ? "text-accent-text" : outcome === "refused" ? "text-danger" : "text-warn"}`}>{outcome === "taken" ? taken : t(`mail.${outcome}`)}</p>
      {step && <p>{t(`mail.step_${step}`)}</p>}
      {words && <p className="words mt-1 text-muted">{t("mail.said", { words: [code, words].filter(Boolean).join(" ") })}</p>}
    </div>
  );
}
