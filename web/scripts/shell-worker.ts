// Writes sw.js, the service worker, with the list of what the first load of the app needs and a version made of it.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Plugin } from "vite";

export function shellWorker(): Plugin {
  return {
    name: "shell-worker",
    apply: "build",
    generateBundle(_options, bundle) {
      const wanted = Object.keys(bundle).filter((file) => /\.(js|css|woff2)$/.test(file) && !/\bsystem\b/.test(file));
      const assets = wanted.map((file) => `/${file}`).sort();
      const source = readFileSync(new URL("../src/app/sw.js", import.meta.url), "utf8");
      const version = createHash("sha256").update(source).update(assets.join()).digest("hex").slice(0, 12);
      const written = source.replace('"__VERSION__"', JSON.stringify(version)).replace('"__ASSETS__"', JSON.stringify(assets));
      this.emitFile({ type: "asset", fileName: "sw.js", source: written });
    },
  };
}
