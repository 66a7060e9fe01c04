import { useTranslation } from "@/i18n";
import { Select } from "@/ui/Select";
import type { Setting } from "./queries";

interface Props {
  id: string;
  dir: "auto";
  "aria-invalid": boolean;
  "aria-describedby": string | undefined;
  form: Setting["form"];
  value: string;
  onChange: (value: string) => void;
}

/** The input for a setting's kind of value. */
export function SettingInput({ form, value, onChange, ...props }: Props) {
  const { t } = useTranslation();
  if (form.type === "switch" || form.type === "word") {
    const options = form.type === "word" ? form.words.map((word) => [word, t(`settings.word_${word}`)]) : [["true", t("settings.on")], ["false", t("settings.off")]];
    return (
      <Select {...props} autoFocus value={value} onChange={({ target }) => onChange(target.value)}>
        {options.map(([word, label]) => <option key={word} value={word}>{label}</option>)}
      </Select>
    );
  }
  const isNumber = form.type === "number";
  return <input {...props} autoFocus inputMode={isNumber ? "numeric" : undefined} autoComplete="off" value={value} onChange={({ target }) => onChange(target.value)} className={`field ${isNumber ? "max-w-40 tabular-nums" : ""}`} />;
}
