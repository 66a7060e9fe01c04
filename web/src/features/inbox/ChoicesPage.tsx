// What I am told of, by which way, and when.
import { Link } from "@tanstack/react-router";
import { useTranslation } from "@/i18n";
import { Matrix } from "./Matrix";
import { TimesForm } from "./TimesForm";

export function ChoicesPage() {
  const { t } = useTranslation();
  return (
    <div className="mx-auto flex max-w-2xl flex-col gap-5">
      <div>
        <h1>{t("inbox.choices")}</h1>
        <p className="mt-1 text-sm text-muted">{t("inbox.choices_hint")} <Link to="/inbox" search={{}} className="font-semibold text-accent-text underline">{t("inbox.to_inbox")}</Link></p>
      </div>
      <Matrix />
      <section aria-labelledby="times">
        <h2 id="times" className="mb-2">{t("inbox.times")}</h2>
        <TimesForm />
      </section>
    </div>
  );
}
