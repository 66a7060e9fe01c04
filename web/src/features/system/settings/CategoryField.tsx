import { ArrowDown, ArrowUp, X } from "lucide-react";
import { useTranslation } from "@/i18n";
import { FIELD_KIND, MAX_LENGTH } from "@/api/words";
import type { AssetField } from "@/resources/asset/own";
import { Button } from "@/ui/Button";
import { isolated } from "@/ui/isolated";
import { Select } from "@/ui/Select";

/** A field while it is edited; its choices a line each. */
export interface EditedField { key: string; name: string; kind: AssetField["kind"]; unit: string; choices: string; required: boolean }

/** The field as it is set: a unit and choices only where the kind has them. */
export function fieldOf({ name, kind, unit, choices, required }: EditedField): AssetField {
  const words = choices.split("\n").map((choice) => choice.trim()).filter(Boolean);
  return { name: name.trim(), kind, ...(kind === "number" && unit.trim() !== "" && { unit: unit.trim() }), ...(kind === "choice" && words.length > 0 && { choices: words }), ...(required && { required }) };
}

interface Props { field: EditedField; isFirst: boolean; isLast: boolean; onChange: (changed: Partial<EditedField>) => void; onMove: (by: 1 | -1) => void; onRemove: () => void }

export function CategoryField({ field, isFirst, isLast, onChange, onMove, onRemove }: Props) {
  const { t } = useTranslation();
  const name = isolated(field.name || t("settings.new_field"));
  const icon = "px-2!";
  return (
    <li className="flex flex-wrap items-center gap-2 rounded-lg bg-sunken p-2">
      <input aria-label={t("settings.field_name")} placeholder={t("settings.field_name")} dir="auto" required maxLength={MAX_LENGTH.AssetField.name} autoComplete="off" value={field.name} onChange={({ target }) => onChange({ name: target.value })} className="field min-w-0 flex-1 basis-40" />
      <Select aria-label={t("settings.kind_of", { name })} value={field.kind} onChange={({ target }) => onChange({ kind: target.value as AssetField["kind"] })}>
        {FIELD_KIND.map((kind) => <option key={kind} value={kind}>{t(`settings.kind_${kind}`)}</option>)}
      </Select>
      {field.kind === "number" && <input aria-label={t("settings.unit_of", { name })} placeholder={t("settings.unit")} maxLength={MAX_LENGTH.AssetField.unit} autoComplete="off" value={field.unit} onChange={({ target }) => onChange({ unit: target.value })} className="field w-24" />}
      <label className="flex min-h-11 cursor-pointer items-center gap-2 text-sm"><input type="checkbox" className="size-5 accent-accent" aria-label={t("settings.required_of", { name })} checked={field.required} onChange={({ target }) => onChange({ required: target.checked })} />{t("settings.required")}</label>
      <div className="flex">
        <Button kind="quiet" className={icon} aria-label={t("settings.up_of", { name })} disabled={isFirst} onClick={() => onMove(-1)}><ArrowUp aria-hidden className="size-4" /></Button>
        <Button kind="quiet" className={icon} aria-label={t("settings.down_of", { name })} disabled={isLast} onClick={() => onMove(1)}><ArrowDown aria-hidden className="size-4" /></Button>
        <Button kind="quiet" className={icon} aria-label={t("settings.remove_of", { name })} onClick={onRemove}><X aria-hidden className="size-4" /></Button>
      </div>
      {field.kind === "choice" && <textarea aria-label={t("settings.choices_of", { name })} placeholder={t("settings.choices")} dir="auto" rows={3} value={field.choices} onChange={({ target }) => onChange({ choices: target.value })} className="field field-sizing-content min-h-20 w-full basis-full" />}
    </li>
  );
}
