// Runs inline, before anything is painted (scripts/boot.ts puts it into the page and its hash into the policy): sets the
// chosen theme, and asks for the parts of this page while the app that would ask for them is still on its way.
const chunks = "__CHUNKS__";
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

// The font is part of the first paint where there is a wide screen or the service worker has it; a phone's first visit does without.
if (matchMedia("(width >= 64rem)").matches || navigator.serviceWorker?.controller) {
  const link = document.createElement("link");
  Object.assign(link, { rel: "preload", as: "font", type: "font/woff2", crossOrigin: "anonymous", href: chunks.font[0] });
  document.head.append(link);
}

const language = kept("language") ?? navigator.language.slice(0, 2);
const page = location.pathname.replace(/^(\/requests\/).+/, "$1");
for (const file of [...(chunks[language] ?? chunks.en), ...(chunks[page] ?? [])]) {
  const link = document.createElement("link");
  link.rel = "modulepreload";
  link.href = file;
  document.head.append(link);
}

// Each answer serves one question of the app (src/api/early.ts).
const questions = { "/requests": ["/api/requests?limit=100"], "/requests/": [`/api${location.pathname}`, `/api${location.pathname}/events?limit=200`] };
const wanted = page === "/sign-in" ? [] : ["/api/me", ...(location.search === "" ? (questions[page] ?? []) : [])];
window.early = new Map(wanted.map((path) => [path, fetch(path, { headers: { "x-cepatedge": "1" } })]));
// Whoever takes an answer hears of its failure as well.
for (const answer of window.early.values()) answer.catch(() => undefined);
