import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "@/i18n";
import { LEVELS, type Level } from "../words";
import { settingsQuery } from "./queries";
import type { InputProps } from "./SettingInput";

/** Days by level: a level that is left empty stays as long as in all streams, which its place shows. */
export function LevelsInput({ id, value, onChange, ...props }: InputProps) {
  const { t } = useTranslation();
  const ofAll = useQuery(settingsQuery).data?.items;
  const days = JSON.parse(value) as Partial<Record<Level, number | string>>;
  const put = (level: Level, text: string) => {
    const number = /^\d+$/.test(text) ? Number(text) : text;
    // In the order of the levels, whichever was put in first.
    onChange(JSON.stringify(Object.fromEntries(LEVELS.map((name) => [name, name === level ? number : days[name]]).filter(([, entered]) => entered !== "" && entered !== undefined))));
  };
  return (
    <div className="grid grid-cols-2 gap-3 sm:grid-cols-4">
      {LEVELS.map((level, place) => (
        <label key={level} className="text-sm text-muted">
          <span className="mb-1.5 block">{level}</span>
          <input
            {...props} id={place === 0 ? id : undefined} aria-label={t("settings.days_of", { level })} autoFocus={place === 0} inputMode="numeric" autoComplete="off" className="field tabular-nums placeholder:text-muted"
            placeholder={String(ofAll?.find(({ key }) => key === `log_${level}_days`)?.value ?? "")} value={days[level] ?? ""} onChange={({ target }) => put(level, target.value.trim())}
          />
        </label>
      ))}
    </div>
  );
}
