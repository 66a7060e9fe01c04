// The fields that an organisation has of its own: a name and a value each. What reads as a number is one.
import { Plus, X } from "lucide-react";
import { useTranslation } from "@/i18n";
import type { AssetField, OwnField } from "@/resources/asset/own";
import { Button } from "@/ui/Button";

/** `asked` are the fields of the category, which have inputs of their own. */
export function OwnFields({ fields, asked, onChange, error }: { fields: OwnField[]; asked: AssetField[]; onChange: (fields: OwnField[]) => void; error?: string }) {
  const { t } = useTranslation();
  const set = (at: number, changed: Partial<OwnField>) => onChange(fields.map((field, index) => (index === at ? { ...field, ...changed } : field)));
  return (
    <fieldset>
      <legend className="mb-1.5 text-sm font-semibold">{t("assets.own")}</legend>
      <ul className="flex flex-col gap-2">
        {fields.map((field, at) => !asked.some(({ name }) => name === field.name) && (
          <li key={at} className="flex gap-2">
            <input aria-label={t("assets.own_name")} placeholder={t("assets.own_name")} dir="auto" value={field.name} onChange={({ target }) => set(at, { name: target.value })} className="field min-w-0 flex-1" />
            <input aria-label={t("assets.own_value")} placeholder={t("assets.own_value")} dir="auto" value={field.value} onChange={({ target }) => set(at, { value: target.value })} className="field min-w-0 flex-1" />
            <Button kind="quiet" className="px-2!" aria-label={t("assets.own_remove", { name: field.name })} onClick={() => onChange(fields.filter((_, index) => index !== at))}><X aria-hidden className="size-4" /></Button>
          </li>
        ))}
      </ul>
      {error && <p className="mt-1.5 text-sm text-danger">{error}</p>}
      <Button kind="quiet" className="mt-1" onClick={() => onChange([...fields, { name: "", value: "" }])}><Plus aria-hidden className="size-4" />{t("assets.own_add")}</Button>
    </fieldset>
  );
}
