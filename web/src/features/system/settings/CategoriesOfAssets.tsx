// What is to be known of assets: categories, each with its fields. Assets keep what they have, whatever is changed here.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useRef, useState } from "react";
import { useTranslation } from "@/i18n";
import { ApiError, isCode } from "@/api/problem";
import { ErrorWords } from "@/app/ErrorWords";
import { assetCategoriesOptions } from "@/resources/asset/fields";
import type { CategoryFields } from "@/resources/asset/own";
import { Button } from "@/ui/Button";
import { isolated } from "@/ui/isolated";
import { toast } from "@/ui/toast";
import { fieldOf, type EditedField } from "./CategoryField";
import { CategoryOfAssets, type EditedCategory } from "./CategoryOfAssets";
import { changeSetting, showNow, type Setting } from "./queries";

const editedOf = (list: CategoryFields[]): EditedCategory[] =>
  list.map(({ name, fields }) => ({ key: crypto.randomUUID(), name, fields: fields.map((field): EditedField => ({ key: crypto.randomUUID(), name: field.name, kind: field.kind, unit: field.unit ?? "", choices: (field.choices ?? []).join("\n"), required: field.required ?? false })) }));
const listOf = (list: EditedCategory[]): CategoryFields[] => list.map(({ name, fields }) => ({ name: name.trim(), fields: fields.map(fieldOf) }));

export function CategoriesOfAssets({ setting, onDone }: { setting: Setting; onDone: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [list, setList] = useState(() => editedOf(setting.value as CategoryFields[]));
  const box = useRef<HTMLUListElement>(null);
  const changing = useMutation({
    mutationFn: (value: CategoryFields[]) => changeSetting(setting, value),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: assetCategoriesOptions.queryKey });
      toast("done", t("settings.changed"));
      onDone();
    },
    onSettled: (outcome, error) => showNow(client, outcome, error),
  });
  const { error } = changing;
  const wrong = error instanceof ApiError ? error.field("value") : undefined;
  const most = setting.form.type === "asset_categories" ? setting.form.max : 0;
  const add = () => {
    setList((before) => [...before, { key: crypto.randomUUID(), name: "", fields: [] }]);
    requestAnimationFrame(() => box.current?.querySelector<HTMLElement>(":scope > li:last-child input")?.focus());
  };
  const isSame = JSON.stringify(listOf(list)) === JSON.stringify(setting.value);
  return (
    <form noValidate className="flex w-full flex-col gap-3" onKeyDown={(event) => event.key === "Escape" && isSame && onDone()} onSubmit={(event) => { event.preventDefault(); changing.mutate(listOf(list)); }}>
      <p className="text-sm text-muted">{t("settings.assets_names")}</p>
      <ul ref={box} className="flex flex-col gap-3">
        {list.map((row) => (
          <li key={row.key}>
            <CategoryOfAssets row={row} onChange={(changed) => setList((before) => before.map((other) => (other.key === row.key ? { ...other, ...changed } : other)))} onRemove={() => setList((before) => before.filter(({ key }) => key !== row.key))} />
          </li>
        ))}
      </ul>
      {list.length < most && <Button className="self-start" onClick={add}><Plus aria-hidden className="size-4" />{t("settings.add_category")}</Button>}
      {isCode(error, "stale") && <p role="alert" className="words text-sm text-warn">{t("settings.list_meanwhile", { name: isolated(setting.changed_by?.name ?? "") })}</p>}
      {wrong && <p role="alert" className="words text-sm text-danger">{["required", "duplicate", "out_of_range"].includes(wrong.code) && t(`settings.assets_${wrong.code}`)} <span lang="en">{wrong.detail}</span></p>}
      {error && !wrong && !isCode(error, "stale") && <ErrorWords error={error} />}
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={onDone}>{t("common.back")}</Button>
        <Button type="submit" kind="primary" busy={changing.isPending} disabled={isSame}>{t("common.save")}</Button>
      </div>
    </form>
  );
}
