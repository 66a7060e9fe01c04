import { LANGUAGES, type Language, useTranslation } from "@/i18n";
import type { CategoryFields } from "@/resources/asset/own";
import { sayCategory, type Category } from "@/resources/categories/queries";
import { localeOf } from "@/ui/time";
import { sayZone } from "@/ui/zones";
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
    if (form.type === "asset_categories") return (value as CategoryFields[]).map(({ name, fields }) => t("settings.with_fields", { name, count: fields.length })).join(", ") || t("settings.none");
    if (form.type === "time_zone") return sayZone(String(value));
    if (form.type === "languages") return (value as Language[]).map((language, place) => (place === 0 ? t("settings.language_first", { language: LANGUAGES[language] }) : LANGUAGES[language])).join(", ");
    if (form.type === "levels") {
      const days = Object.entries(value as Record<string, number>);
      return days.length === 0 ? t("settings.as_all_streams") : days.map(([level, count]) => `${level} ${t(`settings.${form.unit}`, { count, number: number(count) })}`).join(", ");
    }
    if (form.type === "switch") return t(value ? "settings.on" : "settings.off");
    if (form.type === "word") return t(`settings.word_${String(value)}`);
    return value === "" ? t("settings.none") : String(value);
  };
  const bounds = ({ form }: Pick<Setting, "form">) => {
    if (form.type === "levels") return t("settings.levels_hint", { min: number(form.min), max: number(form.max) });
    if (form.type === "number") return t("settings.between", { min: number(form.min), max: t(`settings.${form.unit}`, { count: form.max, number: number(form.max) }) });
    return form.type === "text" ? t("common.too_long", { count: form.max }) : undefined;
  };
  return { say, bounds };
}
