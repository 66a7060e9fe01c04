import { useTranslation } from "@/i18n";
import { Select } from "@/ui/Select";
import { LanguagesInput } from "./LanguagesInput";
import { LevelsInput } from "./LevelsInput";
import type { Setting } from "./queries";
import { ZoneInput } from "./ZoneInput";

/** What every input of a setting takes. */
export interface InputProps {
  id: string;
  dir: "auto";
  "aria-invalid": boolean;
  "aria-describedby": string | undefined;
  value: string;
  onChange: (value: string) => void;
}

/** The input for a setting's kind of value. */
export function SettingInput({ form, value, onChange, ...props }: InputProps & { form: Setting["form"] }) {
  const { t } = useTranslation();
  if (form.type === "switch" || form.type === "word") {
    const options = form.type === "word" ? form.words.map((word) => [word, t(`settings.word_${word}`)]) : [["true", t("settings.on")], ["false", t("settings.off")]];
    return (
      <Select {...props} autoFocus value={value} onChange={({ target }) => onChange(target.value)}>
        {options.map(([word, label]) => <option key={word} value={word}>{label}</option>)}
      </Select>
    );
  }
  if (form.type === "time_zone") return <ZoneInput {...props} value={value} onChange={onChange} />;
  if (form.type === "languages") return <LanguagesInput {...props} all={form.languages} value={value} onChange={onChange} />;
  if (form.type === "levels") return <LevelsInput {...props} value={value} onChange={onChange} />;
  const isNumber = form.type === "number";
  return <input {...props} autoFocus inputMode={isNumber ? "numeric" : undefined} autoComplete="off" value={value} onChange={({ target }) => onChange(target.value)} className={`field ${isNumber ? "max-w-40 tabular-nums" : ""}`} />;
}
