// The list of categories: in the order of the form, each with its colour, the priority that is proposed, and whether it is offered.
// A name that is saved stays: requests keep theirs, so another name is another category.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useRef, useState } from "react";
import { useTranslation } from "@/i18n";
import { ApiError, isCode } from "@/api/problem";
import { ErrorWords, useFieldWords } from "@/app/ErrorWords";
import { categoriesOptions, sayCategory, type Category } from "@/resources/categories/queries";
import { Button } from "@/ui/Button";
import { isolated } from "@/ui/isolated";
import { toast } from "@/ui/toast";
import { CategoryRow, type Edited } from "./CategoryRow";
import { changeSetting, showNow, type Setting } from "./queries";

const editedOf = (list: Category[]): Edited[] => list.map((category, place) => ({ ...category, key: `known ${place}`, isNew: false }));
const listOf = (list: Edited[]): Category[] => list.map(({ key: _key, isNew: _isNew, ...category }) => ({ ...category, name: category.name.trim() }));

export function CategoriesForm({ setting, onDone }: { setting: Setting; onDone: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const fieldWords = useFieldWords();
  const [list, setList] = useState(() => editedOf(setting.value as Category[]));
  const [said, setSaid] = useState("");
  const box = useRef<HTMLUListElement>(null);
  const changing = useMutation({
    mutationFn: (value: Category[] | null) => changeSetting(setting, value),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: categoriesOptions.queryKey });
      toast("done", t("settings.changed"));
      onDone();
    },
    onSettled: (outcome, error) => showNow(client, outcome, error),
  });
  const { error } = changing;
  const wrong = error instanceof ApiError ? error.field("value") : undefined;
  const most = setting.form.type === "categories" ? setting.form.max : 0;
  const change = (key: string, changed: Partial<Category>) => setList((before) => before.map((row) => (row.key === key ? { ...row, ...changed } : row)));
  const move = (place: number, by: 1 | -1) => {
    const moved = [...list];
    const [row] = moved.splice(place, 1);
    if (!row) return;
    moved.splice(place + by, 0, row);
    setList(moved);
    setSaid(t("settings.moved_to", { name: isolated(sayCategory(t, row.name)), place: place + by + 1 }));
  };
  const add = () => {
    setList((before) => [...before, { key: crypto.randomUUID(), isNew: true, name: "", colour: "grey", priority: null, archived: false }]);
    requestAnimationFrame(() => box.current?.querySelector<HTMLElement>("li:last-child input")?.focus());
  };
  const isSame = JSON.stringify(listOf(list)) === JSON.stringify(setting.value);
  return (
    <form
      noValidate
      className="flex w-full flex-col gap-3"
      onKeyDown={(event) => event.key === "Escape" && isSame && onDone()}
      onSubmit={(event) => { event.preventDefault(); changing.mutate(listOf(list)); }}
    >
      <p className="text-sm text-muted">{t("settings.categories_names")}</p>
      <ul ref={box} className="flex flex-col gap-2">
        {list.map((row, place) => (
          <CategoryRow key={row.key} row={row} place={place} count={list.length}
            onChange={(changed) => change(row.key, changed)} onMove={(by) => move(place, by)} onRemove={() => setList((before) => before.filter(({ key }) => key !== row.key))} />
        ))}
      </ul>
      <p role="status" className="sr-only">{said}</p>
      {list.length < most && <Button className="self-start" onClick={add}><Plus aria-hidden className="size-4" />{t("settings.add_category")}</Button>}
      {isCode(error, "stale") && <p role="alert" className="words text-sm text-warn">{t("settings.list_meanwhile", { name: isolated(setting.changed_by?.name ?? "") })}</p>}
      {wrong && <p role="alert" className="words text-sm text-danger">{wrong.code === "required" || wrong.code === "duplicate" ? t(`settings.categories_${wrong.code}`) : fieldWords(wrong)}</p>}
      {error && !wrong && !isCode(error, "stale") && <ErrorWords error={error} />}
      <div className="flex flex-wrap justify-end gap-2">
        {setting.version > 0 && <Button kind="quiet" className="mr-auto" busy={changing.isPending} onClick={() => changing.mutate(null)}>{t("settings.first_list")}</Button>}
        <Button onClick={onDone}>{t("common.back")}</Button>
        <Button type="submit" kind="primary" busy={changing.isPending} disabled={isSame}>{t("common.save")}</Button>
      </div>
    </form>
  );
}
