import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "@/i18n";
import { localeOf, When } from "@/ui/time";
import { streamsQuery } from "./queries";
import { LEVELS, type StreamName } from "./words";

/** How long a stream keeps its entries, and its earliest. */
export function StreamKept({ stream }: { stream: StreamName }) {
  const { t, language } = useTranslation();
  const { data } = useQuery(streamsQuery);
  const rule = data?.keeps.find((one) => one.stream === stream);
  const earliest = data?.items.find((one) => one.stream === stream)?.earliest;
  const number = new Intl.NumberFormat(localeOf(language));
  const days = (count: number) => t("settings.days", { count, number: number.format(count) });
  const kept = rule?.days ? t("logs.kept", { rule: LEVELS.map((level, place) => `${level} ${days(rule.days?.[place] ?? 0)}`).join(", ") }) : t("logs.kept_for_ever");
  return <p className="min-h-5 text-sm text-muted">{rule && <>{kept}{earliest && <> {t("logs.earliest")} <When date={earliest} />.</>}</>}</p>;
}
