// Runs inline, before anything is painted (scripts/boot.ts puts it into the page and its hash into the policy): sets the
// chosen theme, and asks for what this page needs while the app that would ask for it is still on its way. What that is,
// and who takes it, src/start/pages.ts tells.
const { font, languages, pages } = "__NEEDS__";
const kept = (name) => {
  try {
    return localStorage.getItem(name);
  } catch {
    // Storage may be forbidden; the device's preferences hold then.
    return null;
  }
};
const theme = kept("theme");
if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;

// The font is part of the first paint where there is a wide screen or the service worker has it; a phone's first visit does without,
// and does not fetch it beside what it waits for.
if (matchMedia("(width >= 64rem)").matches || navigator.serviceWorker?.controller) {
  document.documentElement.dataset.font = "";
  const link = document.createElement("link");
  Object.assign(link, { rel: "preload", as: "font", type: "font/woff2", crossOrigin: "anonymous", href: font });
  document.head.append(link);
}

const address = location.pathname.replace(/^(\/requests\/).+/, "$1");
const page = pages[address] ?? { files: [] };
const language = kept("language") ?? navigator.language.slice(0, 2);
for (const file of [...(languages[language] ?? languages.en), ...page.files]) {
  const link = document.createElement("link");
  link.rel = "modulepreload";
  link.href = file;
  document.head.append(link);
}

const asks = location.search === "" ? (page.asks ?? []) : [];
const wanted = page.isForStrangers ? [] : ["/api/me", ...asks.map((path) => path.replace("{path}", location.pathname))];
window.early = new Map(wanted.map((path) => [path, fetch(path, { headers: { "x-cepatedge": "1" } })]));
// Whoever takes an answer hears of its failure as well.
for (const answer of window.early.values()) answer.catch(() => undefined);
