// The language of this device and of what one is written; where the organisation has one alone, there is no choice.
import { useMutation } from "@tanstack/react-query";
import { choose, type Language, useTranslation } from "@/i18n";
import { api, dataOf } from "@/api/client";
import { toastError } from "@/app/ErrorWords";
import { useLanguages } from "@/app/organisation";
import { Choice } from "./Choice";

export function LanguageChoice() {
  const { t, language } = useTranslation();
  const languages = useLanguages();
  const choosing = useMutation({
    // The page changes at once; letters follow when the account knows.
    mutationFn: async (language: Language) => {
      await choose(language);
      return dataOf(api.PUT("/api/me/language", { body: { language } }));
    },
    onError: toastError,
  });
  if (languages.length < 2) return null;
  return <Choice legend={t("me.language")} name="language" value={language} options={Object.fromEntries(languages)} onChange={(language) => choosing.mutate(language as Language)} />;
}
