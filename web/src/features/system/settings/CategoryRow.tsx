import { Archive, ArchiveRestore, ArrowDown, ArrowUp, Camera, CameraOff, X } from "lucide-react";
import { useTranslation } from "@/i18n";
import { PRIORITIES, type Priority } from "@/api/types";
import { COLOUR, MAX_LENGTH } from "@/api/words";
import { CategoryDot } from "@/resources/categories/CategoryDot";
import { sayCategory, type Category, type Colour } from "@/resources/categories/queries";
import { Button } from "@/ui/Button";
import { isolated } from "@/ui/isolated";
import { Select } from "@/ui/Select";

/** A category while the list is edited. */
export type Edited = Category & { key: string; isNew: boolean };

interface Props {
  row: Edited;
  place: number;
  count: number;
  onChange: (changed: Partial<Category>) => void;
  onMove: (by: 1 | -1) => void;
  onRemove: () => void;
}

export function CategoryRow({ row, place, count, onChange, onMove, onRemove }: Props) {
  const { t } = useTranslation();
  const shown = sayCategory(t, row.name);
  const name = isolated(row.name ? shown : t("settings.new_category"));
  const icon = "px-2!";
  return (
    <li className={`flex flex-wrap items-center gap-2 rounded-xl border p-2 ${row.archived ? "bg-sunken" : ""}`}>
      <div className="flex min-w-0 flex-1 basis-40 items-center gap-2">
        <CategoryDot colour={row.colour} />
        {row.isNew
          ? <input aria-label={t("settings.category_name")} dir="auto" required maxLength={MAX_LENGTH.OfferedCategory.name} autoComplete="off" value={row.name} onChange={({ target }) => onChange({ name: target.value })} className="field min-w-0 flex-1" />
          : <span dir="auto" className={`words min-w-0 font-semibold ${row.archived ? "text-muted line-through" : ""}`}>{shown}</span>}
        {row.archived && <span className="text-xs text-muted">{t("settings.archived")}</span>}
      </div>
      <Select aria-label={t("settings.colour_of", { name })} value={row.colour} onChange={({ target }) => onChange({ colour: target.value as Colour })}>
        {COLOUR.map((colour) => <option key={colour} value={colour}>{t(`settings.colour_${colour}`)}</option>)}
      </Select>
      <Select aria-label={t("settings.priority_of", { name })} value={row.priority ?? ""} onChange={({ target }) => onChange({ priority: (target.value || null) as Priority | null })}>
        <option value="">{t("settings.no_priority")}</option>
        {PRIORITIES.map((priority) => <option key={priority} value={priority}>{t(`priority.${priority}`)}</option>)}
      </Select>
      <div className="flex">
        <Button kind="quiet" className={icon} aria-label={t("settings.up_of", { name })} disabled={place === 0} onClick={() => onMove(-1)}><ArrowUp aria-hidden className="size-4" /></Button>
        <Button kind="quiet" className={icon} aria-label={t("settings.down_of", { name })} disabled={place === count - 1} onClick={() => onMove(1)}><ArrowDown aria-hidden className="size-4" /></Button>
        <Button kind="quiet" className={`${icon} ${row.after_picture ? "bg-accent-soft" : ""}`} aria-pressed={row.after_picture ?? false} aria-label={t("settings.after_picture_of", { name })} title={t("settings.after_picture_of", { name })} onClick={() => onChange({ after_picture: row.after_picture ? undefined : true })}>{row.after_picture ? <Camera aria-hidden className="size-4" /> : <CameraOff aria-hidden className="size-4 text-muted" />}</Button>
        {row.isNew
          ? <Button kind="quiet" className={icon} aria-label={t("settings.remove_of", { name })} onClick={onRemove}><X aria-hidden className="size-4" /></Button>
          : <Button kind="quiet" className={icon} aria-label={t(row.archived ? "settings.offer_of" : "settings.archive_of", { name })} onClick={() => onChange({ archived: !row.archived })}>
              {row.archived ? <ArchiveRestore aria-hidden className="size-4" /> : <Archive aria-hidden className="size-4" />}
            </Button>}
      </div>
    </li>
  );
}
