// English and Indonesian. One of them is loaded, the other one when it is chosen; i18n.test.ts holds their keys together.
import i18next from "i18next";
import { initReactI18next } from "react-i18next";

export const LANGUAGES = { en: "English", id: "Bahasa Indonesia" } as const;
export type Language = keyof typeof LANGUAGES;

const words = { en: () => import("./en.json"), id: () => import("./id.json") };

function preferred(): Language {
  const wanted = [localStorage.getItem("language"), ...navigator.languages].map((tag) => tag?.slice(0, 2));
  return wanted.includes("id") && (wanted.indexOf("id") < wanted.indexOf("en") || !wanted.includes("en")) ? "id" : "en";
}

export async function startI18n() {
  await i18next.use(initReactI18next).init({ lng: undefined, fallbackLng: false, resources: {}, keySeparator: ".", interpolation: { escapeValue: false } });
  await show(preferred());
}

export async function choose(language: Language) {
  localStorage.setItem("language", language);
  await show(language);
}

async function show(language: Language) {
  const { default: resource } = await words[language]();
  i18next.addResourceBundle(language, "translation", resource);
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}
