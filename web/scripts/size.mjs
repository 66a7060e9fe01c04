// What the requests page loads before it shows anything: the entry, the page's own chunk, and all that these import.
// Fails above the limit, so that a heavy import is noticed in the build that brings it.
import { readFileSync, rmSync } from "node:fs";
import { gzipSync } from "node:zlib";

const LIMIT_KB = 170;
const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8"));

const files = new Set();
const visit = (key) => {
  const chunk = manifest[key];
  if (chunk === undefined) throw new Error(`no chunk ${key}`);
  if (files.has(chunk.file)) return;
  files.add(chunk.file);
  (chunk.imports ?? []).forEach(visit);
};
for (const key of ["index.html", "src/features/requests/RequestsPage.tsx", "src/i18n/en.json"]) visit(key);

// It says more than visitors need.
rmSync(new URL(".vite", dist), { recursive: true });

let total = 0;
for (const file of files) {
  const size = gzipSync(readFileSync(new URL(file, dist))).length;
  total += size;
  console.log(`  ${(size / 1000).toFixed(1).padStart(6)} kB  ${file}`);
}
console.log(`First load of the requests page: ${(total / 1000).toFixed(1)} kB of JavaScript, gzipped (limit ${LIMIT_KB})`);
if (total > LIMIT_KB * 1000) process.exit(1);
