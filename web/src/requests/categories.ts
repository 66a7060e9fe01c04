// The categories that the form offers. The API takes any words, so one that is not here is shown as it is.
import { useTranslation } from "react-i18next";

export const CATEGORIES = ["building", "electrical", "plumbing", "hvac", "lift", "furniture", "equipment", "cleaning", "safety", "security", "it", "av", "other"];

export function useCategoryName() {
  const { t } = useTranslation();
  return (category: string) => (CATEGORIES.includes(category) ? t(`category.${category}`) : category);
}
