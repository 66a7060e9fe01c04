import { useId } from "react";
import { LANGUAGES, type Language, useTranslation } from "@/i18n";
import { Select } from "@/ui/Select";
import type { InputProps } from "./SettingInput";

/** Which languages are offered, and which of them whoever has chosen none reads: that one stands first. */
export function LanguagesInput({ all, value, onChange, ...props }: InputProps & { all: readonly Language[] }) {
  const { t } = useTranslation();
  const legend = useId();
  const offered = value.split(",") as Language[];
  const put = (first: Language, isOffered: (language: Language) => boolean) => onChange([first, ...all.filter((language) => language !== first && isOffered(language))].join(","));
  const [first] = offered as [Language];
  return (
    <>
      <Select {...props} autoFocus value={first} onChange={({ target }) => put(target.value as Language, (language) => offered.includes(language))}>
        {all.map((language) => <option key={language} value={language} lang={language}>{LANGUAGES[language]}</option>)}
      </Select>
      <div role="group" aria-labelledby={legend} className="mt-3">
        <p id={legend} className="text-sm font-semibold">{t("settings.offered_languages")}</p>
        {all.map((language) => (
          <label key={language} className="flex min-h-11 items-center gap-3 text-sm sm:min-h-9">
            <input type="checkbox" className="size-5 shrink-0 accent-accent" checked={offered.includes(language)} disabled={language === first} onChange={({ target }) => put(first, (other) => (other === language ? target.checked : offered.includes(other)))} />
            <span lang={language}>{LANGUAGES[language]}</span>
          </label>
        ))}
      </div>
    </>
  );
}
