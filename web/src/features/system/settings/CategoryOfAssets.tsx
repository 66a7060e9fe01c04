import { Plus, X } from "lucide-react";
import { useRef, useState } from "react";
import { useTranslation } from "@/i18n";
import { MAX_LENGTH } from "@/api/words";
import { Button } from "@/ui/Button";
import { isolated } from "@/ui/isolated";
import { CategoryField, type EditedField } from "./CategoryField";

export interface EditedCategory { key: string; name: string; fields: EditedField[] }

/** A category of assets while the list is edited. */
export function CategoryOfAssets({ row, onChange, onRemove }: { row: EditedCategory; onChange: (changed: Partial<EditedCategory>) => void; onRemove: () => void }) {
  const { t } = useTranslation();
  const [said, setSaid] = useState("");
  const box = useRef<HTMLUListElement>(null);
  const name = isolated(row.name || t("settings.new_category"));
  const move = (place: number, by: 1 | -1) => {
    const moved = [...row.fields];
    const [field] = moved.splice(place, 1);
    if (!field) return;
    moved.splice(place + by, 0, field);
    onChange({ fields: moved });
    setSaid(t("settings.moved_to", { name: isolated(field.name), place: place + by + 1 }));
  };
  const add = () => {
    onChange({ fields: [...row.fields, { key: crypto.randomUUID(), name: "", kind: "text", unit: "", choices: "", required: false }] });
    requestAnimationFrame(() => box.current?.querySelector<HTMLElement>(":scope > li:last-child input")?.focus());
  };
  return (
    <fieldset className="rounded-xl border p-3">
      <legend className="sr-only">{name}</legend>
      <div className="flex items-center gap-2">
        <input aria-label={t("settings.category_name")} dir="auto" required maxLength={MAX_LENGTH.AssetCategoryFields.name} autoComplete="off" value={row.name} onChange={({ target }) => onChange({ name: target.value })} className="field min-w-0 flex-1 font-semibold" />
        <Button kind="quiet" className="px-2!" aria-label={t("settings.remove_of", { name })} onClick={onRemove}><X aria-hidden className="size-4" /></Button>
      </div>
      <ul ref={box} aria-label={t("settings.fields_of", { name })} className="mt-2 flex flex-col gap-2 empty:hidden">
        {row.fields.map((field, place) => (
          <CategoryField key={field.key} field={field} isFirst={place === 0} isLast={place === row.fields.length - 1} onMove={(by) => move(place, by)}
            onChange={(changed) => onChange({ fields: row.fields.map((other) => (other.key === field.key ? { ...other, ...changed } : other)) })}
            onRemove={() => onChange({ fields: row.fields.filter(({ key }) => key !== field.key) })} />
        ))}
      </ul>
      <p role="status" className="sr-only">{said}</p>
      <Button kind="quiet" className="mt-2" onClick={add}><Plus aria-hidden className="size-4" />{t("settings.add_field")}</Button>
    </fieldset>
  );
}
