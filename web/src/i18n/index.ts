// English and Indonesian. One of them is loaded, the other one when it is chosen; i18n.test.ts holds their keys together. The words of
// pages that few open, or once, come with those pages: more.*.json.
import { useSyncExternalStore } from "react";
import { Translator, type Translate } from "./translate";

export type { Translate } from "./translate";

export const LANGUAGES = { en: "English", id: "Bahasa Indonesia" } as const;
export type Language = keyof typeof LANGUAGES;

const words = { en: () => import("./en.json"), id: () => import("./id.json") };
const more = { en: () => import("./more.en.json"), id: () => import("./more.id.json") };
/** While and once the words of such pages are loaded. */
let loadingMore: Promise<void> | undefined;

const translators = { en: new Translator("en"), id: new Translator("id") };
/** The language that is shown. */
let shown: Language = "en";
const listeners = new Set<() => void>();

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** The words of the language that is shown, and which one it is: whoever uses it is rendered again when that changes. */
export function useTranslation(): { t: Translate; language: Language; exists: (key: string) => boolean } {
  const language = useSyncExternalStore(subscribe, () => shown);
  const translator = translators[language];
  return { t: translator.translate, language, exists: (key) => translator.exists(key) };
}

/** What somebody chose here; else what the browser speaks, as far as the organisation offers it; else what the organisation begins with. */
function preferred(): Language {
  const isKnown = (tag: string | null | undefined): tag is Language => tag != null && Object.hasOwn(LANGUAGES, tag);
  const offered = localStorage.getItem(OFFERED)?.split(",") ?? Object.keys(LANGUAGES);
  const spoken = navigator.languages.map((tag) => tag.slice(0, 2)).find((language) => offered.includes(language));
  return [localStorage.getItem("language"), spoken, offered[0]].find(isKnown) ?? "en";
}

/** Under this name a browser keeps the languages that the organisation offers: see app/organisation.ts. */
export const OFFERED = "organisation-languages";

/** Speaks what is preferred, now that the organisation may offer others. */
export const follow = async () => preferred() === shown || show(preferred());

let started: Promise<void> | undefined;
export const startI18n = () => (started ??= show(preferred()));

export async function choose(language: Language) {
  localStorage.setItem("language", language);
  await show(language);
}

async function show(language: Language) {
  const [first, rest] = await Promise.all([words[language](), loadingMore && more[language]()]);
  translators[language].add(first.default);
  if (rest) translators[language].add(rest.default);
  shown = language;
  document.documentElement.lang = language;
  for (const listener of listeners) listener();
}

async function loadMore() {
  await startI18n();
  const language = shown;
  translators[language].add((await more[language]()).default);
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
