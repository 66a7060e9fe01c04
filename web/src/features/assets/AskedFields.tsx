// The fields that the category of an asset asks for, each with the input of its kind.
import { useId } from "react";
import { useTranslation } from "@/i18n";
import type { Schema } from "@/api/types";
import { useFieldWords } from "@/app/ErrorWords";
import { withOwn, type AssetField, type OwnField } from "@/resources/asset/own";
import { Field } from "@/ui/Field";
import { Select } from "@/ui/Select";

interface Props { asked: AssetField[]; own: OwnField[]; onChange: (own: OwnField[]) => void; wrong: (name: string) => Schema<"FieldProblem"> | undefined }

export function AskedFields({ asked, own, onChange, wrong }: Props) {
  const { t } = useTranslation();
  const say = useFieldWords();
  const sayWrong = (field: AssetField) => {
    const problem = wrong(`custom.${field.name}`);
    return problem?.code === "wrong_type" && field.kind === "number" ? t("assets.not_a_number") : say(problem);
  };
  return asked.map((field) => {
    const value = own.find(({ name }) => name === field.name)?.value ?? "";
    const set = (value: string) => onChange(withOwn(own, field.name, value));
    return field.kind === "yes_no"
      ? <Box key={field.name} label={field.name} error={sayWrong(field)} isTicked={value === "true"} onTick={(isTicked) => set(String(isTicked))} />
      : (
        <Field key={field.name} label={field.required ? `${field.name} *` : field.name} error={sayWrong(field)}>
          {(props) => field.kind === "choice" ? (
            <Select {...props} required={field.required} value={value} onChange={({ target }) => set(target.value)}>
              <option value="">{t("assets.no_choice")}</option>
              {[...new Set([...(value === "" ? [] : [value]), ...(field.choices ?? [])])].map((choice) => <option key={choice} value={choice}>{choice}</option>)}
            </Select>
          ) : (
            <div className="flex items-center gap-2">
              <input {...props} required={field.required} type={field.kind === "date" ? "date" : "text"} inputMode={field.kind === "number" ? "decimal" : undefined} autoComplete="off" value={value} onChange={({ target }) => set(target.value)} className="field min-w-0 flex-1" />
              {field.unit && <span className="shrink-0 text-sm text-muted">{field.unit}</span>}
            </div>
          )}
        </Field>
      );
  });
}

function Box({ label, error, isTicked, onTick }: { label: string; error?: string; isTicked: boolean; onTick: (isTicked: boolean) => void }) {
  const id = useId();
  return (
    <div>
      <label className="flex min-h-11 cursor-pointer items-center gap-3 text-sm font-semibold">
        <input type="checkbox" className="size-5 accent-accent" checked={isTicked} aria-describedby={error && id} onChange={({ target }) => onTick(target.checked)} />
        <span dir="auto" className="words">{label}</span>
      </label>
      {error && <p id={id} className="text-sm text-danger">{error}</p>}
    </div>
  );
}
