import { useTranslation } from "@/i18n";
import { Field } from "@/ui/Field";
import { Select } from "@/ui/Select";
import { length, localeOf } from "@/ui/time";

const DAYS = [1, 7, 30, 90, 180, 365];
const DAY_MS = 86_400_000;
export const USUAL_DAYS = 90;

/** How long a key holds from now on. There are no endless ones. */
export function DaysField({ value, onChange }: { value: number; onChange: (days: number) => void }) {
  const { t, language } = useTranslation();
  return (
    <Field label={t("keys.days")} hint={t("keys.days_hint")}>
      {(props) => <Select {...props} value={value} onChange={({ target }) => onChange(Number(target.value))}>{DAYS.map((days) => <option key={days} value={days}>{length(localeOf(language), days * DAY_MS)}</option>)}</Select>}
    </Field>
  );
}
