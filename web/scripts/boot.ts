// What a page needs before its first paint is in the page itself: the style, and boot.js with the names of the chunks that
// each address needs. The policy in `headers` allows exactly these two, by their hashes.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Plugin, Rollup } from "vite";

/** By what boot.js looks for: the module whose chunk, with all that it imports, is wanted soon. */
const WANTED: Record<string, string> = {
  en: "src/i18n/en.json",
  id: "src/i18n/id.json",
  "/": "src/features/home/HomePage.tsx",
  "/requests": "src/features/requests/RequestsPage.tsx",
  "/requests/": "src/features/request/RequestPage.tsx",
  "/new": "src/features/new-request/NewRequestPage.tsx",
  "/me": "src/features/me/MePage.tsx",
  "/sign-in": "src/features/sign-in/SignInPage.tsx",
};

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
        const script = `{${read("boot.js").replace(/^\s*\/\/.*\n/gm, "")}}`.replace('"__CHUNKS__"', JSON.stringify(chunksOf(bundle)));
        page.source = String(page.source)
          .replace(style[0], () => `<style>${css}</style>`)
          .replace("<!-- boot -->", () => `<script>${script}</script>`);
        const headers = read("headers").replace("__SCRIPT__", hashOf(script)).replace("__STYLE__", hashOf(css));
        this.emitFile({ type: "asset", fileName: "_headers", source: headers });
      },
    },
  };
}

function chunksOf(bundle: Rollup.OutputBundle): Record<string, string[]> {
  const chunks = Object.values(bundle).filter((file) => file.type === "chunk");
  const font = Object.keys(bundle).find((file) => file.endsWith(".woff2"));
  if (font === undefined) throw new Error("no font");
  const first = new Set(filesOf(bundle, chunks.find((chunk) => chunk.isEntry)!));
  const wanted = Object.fromEntries(
    Object.entries(WANTED).map(([key, module]) => {
      const chunk = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith(`/web/${module}`));
      if (chunk === undefined) throw new Error(`no chunk for ${module}`);
      return [key, filesOf(bundle, chunk).filter((file) => !first.has(file)).map((file) => `/${file}`)];
    }),
  );
  return { ...wanted, font: [`/${font}`] };
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
