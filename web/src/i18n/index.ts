// English and Indonesian. One of them is loaded, the other one when it is chosen; i18n.test.ts holds their keys together. The words of
// pages that few open, or once, come with those pages: more.*.json.
import i18next from "i18next";
import { initReactI18next } from "react-i18next";

export const LANGUAGES = { en: "English", id: "Bahasa Indonesia" } as const;
export type Language = keyof typeof LANGUAGES;

const words = { en: () => import("./en.json"), id: () => import("./id.json") };
const more = { en: () => import("./more.en.json"), id: () => import("./more.id.json") };
/** While and once the words of such pages are loaded. */
let loadingMore: Promise<void> | undefined;

/** What somebody chose here; else what the browser speaks, as far as the organisation offers it; else what the organisation begins with. */
function preferred() {
  const offered = localStorage.getItem(OFFERED)?.split(",") ?? Object.keys(LANGUAGES);
  const spoken = navigator.languages.map((tag) => tag.slice(0, 2)).find((language) => offered.includes(language));
  return (localStorage.getItem("language") ?? spoken ?? offered[0]) as Language;
}

/** Under this name a browser keeps the languages that the organisation offers: see app/organisation.ts. */
export const OFFERED = "organisation-languages";

/** Speaks what is preferred, now that the organisation may offer others. */
export const follow = async () => preferred() === i18next.language || show(preferred());

let started: Promise<void> | undefined;
export const startI18n = () => (started ??= start());

async function start() {
  await i18next.use(initReactI18next).init({ lng: undefined, fallbackLng: false, resources: {}, keySeparator: ".", interpolation: { escapeValue: false } });
  await show(preferred());
}

export async function choose(language: Language) {
  localStorage.setItem("language", language);
  await show(language);
}

async function show(language: Language) {
  const [first, rest] = await Promise.all([words[language](), loadingMore && more[language]()]);
  i18next.addResourceBundle(language, "translation", first.default, true);
  if (rest) i18next.addResourceBundle(language, "translation", rest.default, true);
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}

async function loadMore() {
  await startI18n();
  const language = i18next.language as Language;
  i18next.addResourceBundle(language, "translation", (await more[language]()).default, true);
}

/** A page that is loaded, and the words that only such pages have. What failed is tried again with the next page. */
export async function withMore<Page>(page: Promise<Page>): Promise<Page> {
  loadingMore ??= loadMore();
  const [loaded] = await Promise.all([page, loadingMore.catch((error: unknown) => {
    loadingMore = undefined;
    throw error;
  })]);
  return loaded;
}
