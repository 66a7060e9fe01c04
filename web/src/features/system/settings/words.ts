import { useTranslation } from "@/i18n";
import { sayCategory, type Category } from "@/resources/categories/queries";
import { localeOf } from "@/ui/time";
import type { Setting, SettingValue } from "./queries";

/** A setting's values and bounds as people read them. */
export function useSettingWords() {
  const { t, language } = useTranslation();
  const number = (value: number) => new Intl.NumberFormat(localeOf(language)).format(value);
  const say = ({ form }: Pick<Setting, "form">, value: SettingValue) => {
    if (form.type === "number") return t(`settings.${form.unit}`, { count: Number(value), number: number(Number(value)) });
    if (form.type === "categories") {
      const list = value as Category[];
      const archived = list.filter(({ archived }) => archived).length;
      const offered = list.filter(({ archived }) => !archived).map(({ name }) => sayCategory(t, name)).join(", ");
      return archived > 0 ? `${offered} (${t("settings.archived_count", { count: archived })})` : offered;
    }
    if (form.type === "switch") return t(value ? "settings.on" : "settings.off");
    if (form.type === "word") return t(`settings.word_${String(value)}`);
    return value === "" ? t("settings.none") : String(value);
  };
  const bounds = ({ form }: Pick<Setting, "form">) => {
    if (form.type === "number") return t("settings.between", { min: number(form.min), max: t(`settings.${form.unit}`, { count: form.max, number: number(form.max) }) });
    return form.type === "text" ? t("common.too_long", { count: form.max }) : undefined;
  };
  return { say, bounds };
}
