// The language of this device and of what one is written; where the organisation has one alone, there is no choice.
import { type Language, useTranslation } from "@/i18n";
import { useLanguages } from "@/app/organisation";
import { useChooseLanguage } from "@/app/preferences";
import { Choice } from "./Choice";

export function LanguageChoice() {
  const { t, language } = useTranslation();
  const languages = useLanguages();
  const chooseLanguage = useChooseLanguage();
  if (languages.length < 2) return null;
  return <Choice legend={t("me.language")} name="language" value={language} options={Object.fromEntries(languages)} onChange={(language) => chooseLanguage(language as Language)} />;
}
