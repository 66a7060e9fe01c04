import { useRef, useState } from "react";
import { useTranslation } from "@/i18n";
import { Button } from "@/ui/Button";
import { isolated } from "@/ui/isolated";
import { When } from "@/ui/time";
import { CategoriesForm } from "./CategoriesForm";
import { CategoriesOfAssets } from "./CategoriesOfAssets";
import { isSameValue, type Setting } from "./queries";
import { SettingForm } from "./SettingForm";
import { useSettingWords } from "./words";

/** One setting: what it is, what it was, and the way to change it. */
export function SettingRow({ setting, onHistory }: { setting: Setting; onHistory: () => void }) {
  const { t } = useTranslation();
  const { say } = useSettingWords();
  const [isEditing, setEditing] = useState(false);
  const edit = useRef<HTMLButtonElement>(null);
  const { key, value, changed_at, changed_by } = setting;
  const name = t(`settings.name_${key}`);
  const isDefault = isSameValue(setting.default, value);
  const close = () => {
    setEditing(false);
    // The button is there again once this is drawn.
    requestAnimationFrame(() => edit.current?.focus());
  };
  return (
    <div className="flex flex-wrap items-start gap-x-4 gap-y-2 p-4">
      <div className="min-w-0 flex-1 basis-64">
        <h3 className="text-sm font-semibold">{name}</h3>
        <p className="text-sm text-muted">{t(`settings.hint_${key}`)}</p>
        {changed_at && changed_by && <p className="words mt-1 text-xs text-muted">{t("settings.changed_by", { name: isolated(changed_by.name) })} · <When date={changed_at} /></p>}
      </div>
      {isEditing ? setting.form.type === "categories" ? <CategoriesForm setting={setting} onDone={close} /> : setting.form.type === "asset_categories" ? <CategoriesOfAssets setting={setting} onDone={close} /> : <SettingForm setting={setting} name={name} onDone={close} /> : (
        <div className="flex flex-1 basis-64 flex-wrap items-center gap-x-3 gap-y-1 sm:justify-end">
          <div className="mr-auto min-w-0 sm:mr-0 sm:text-right">
            <p dir="auto" className="words font-semibold tabular-nums">{say(setting, value)}</p>
            {setting.default !== null && !Array.isArray(setting.default) && <p className="text-xs text-muted">{isDefault ? t("settings.is_default") : t("settings.default", { value: say(setting, setting.default) })}</p>}
          </div>
          <div className="flex gap-2">
            {setting.version > 0 && <Button kind="quiet" aria-label={t("settings.history_of", { name })} onClick={onHistory}>{t("settings.history")}</Button>}
            <Button ref={edit} aria-label={t("settings.edit_of", { name })} onClick={() => setEditing(true)}>{t("common.edit")}</Button>
          </div>
        </div>
      )}
    </div>
  );
}
