// What a page needs before its first paint is in the page itself: the style, and boot.js with the table of src/start/pages.ts,
// in which the files have the names that this build gave them. The policy in `headers` allows exactly these two, by their hashes.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Plugin, Rollup } from "vite";
import { PAGES } from "../src/start/pages.ts";

const hashOf = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
const read = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), "utf8");

export function boot(): Plugin {
  return {
    name: "boot",
    apply: "build",
    enforce: "post",
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        const page = bundle["index.html"] as Rollup.OutputAsset;
        const style = /<link rel="stylesheet"[^>]* href="\/([^"]+)">/.exec(String(page.source));
        if (style === null) throw new Error("index.html has no style sheet");
        const css = String((bundle[style[1]!] as Rollup.OutputAsset).source);
        // Comments are for the readers of the source.
        const script = `{${read("boot.js").replace(/^\s*\/\/.*\n/gm, "")}}`.replace('"__NEEDS__"', JSON.stringify(needsOf(bundle)));
        page.source = String(page.source)
          .replace(style[0], () => `<style>${css}</style>`)
          .replace("<!-- boot -->", () => `<script>${script}</script>`);
        const headers = read("headers").replace("__SCRIPT__", hashOf(script)).replace("__STYLE__", hashOf(css));
        this.emitFile({ type: "asset", fileName: "_headers", source: headers });
      },
    },
  };
}

/** What boot.js knows: the font, the files of each language and of each page beyond those that every page loads, and what it asks. */
function needsOf(bundle: Rollup.OutputBundle) {
  const chunks = Object.values(bundle).filter((file) => file.type === "chunk");
  const font = Object.keys(bundle).find((file) => file.endsWith(".woff2"));
  if (font === undefined) throw new Error("no font");
  const first = new Set(filesOf(bundle, chunks.find((chunk) => chunk.isEntry)!));
  const files = (module: string) => {
    const chunk = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith(`/web/src/${module}`));
    if (chunk === undefined) throw new Error(`no chunk for ${module}`);
    return filesOf(bundle, chunk).filter((file) => !first.has(file)).map((file) => `/${file}`);
  };
  const pages = Object.entries(PAGES).map(([address, { file, ...page }]) => [address, { files: files(`features/${file}`), ...page }]);
  return { font: `/${font}`, languages: { en: files("i18n/en.json"), id: files("i18n/id.json") }, pages: Object.fromEntries(pages) };
}

function filesOf(bundle: Rollup.OutputBundle, chunk: Rollup.OutputChunk, found = new Set<string>()): string[] {
  if (found.has(chunk.fileName)) return [];
  found.add(chunk.fileName);
  for (const file of chunk.imports) {
    const imported = bundle[file];
    if (imported?.type === "chunk") filesOf(bundle, imported, found);
  }
  return [...found];
}
