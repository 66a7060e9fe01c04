// Rules of the house that no compiler holds.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { expect, test } from "vitest";

const src = import.meta.dirname;
const sources = readdirSync(src, { recursive: true, encoding: "utf8" })
  .filter((file) => /\.tsx?$/.test(file) && !file.endsWith("schema.ts"))
  .map((file) => ({ file, text: readFileSync(join(src, file), "utf8") }));
const importsOf = (text: string) => [...text.matchAll(/from "(@\/[^"]+|\.[^"]*)"/g)].map(([, path]) => path!);

test("features do not import features", () => {
  for (const { file, text } of sources.filter(({ file }) => file.startsWith(`features${sep}`))) {
    const own = file.split(sep)[1];
    for (const path of importsOf(text).filter((path) => path.startsWith("@/features/"))) expect(path.split("/")[2], file).toBe(own);
    for (const path of importsOf(text).filter((path) => path.startsWith("."))) {
      expect(relative(src, join(src, file, "..", path)).split(sep).slice(0, 2), file).toEqual(["features", own]);
    }
  }
});

test("components know nothing of requests", () => {
  for (const { file, text } of sources.filter(({ file }) => file.startsWith(`ui${sep}`))) {
    for (const path of importsOf(text)) expect(path, file).not.toMatch(/^@\/(api|requests|features|app)/);
  }
});

test("nobody writes HTML or injects a style", () => {
  for (const { file, text } of sources.filter(({ file }) => !file.endsWith(".test.ts"))) {
    expect(text, file).not.toMatch(/dangerouslySetInnerHTML|innerHTML|insertAdjacentHTML|document\.write|<style/);
  }
});

test("a file stays below 200 lines", () => {
  for (const { file, text } of sources) expect(text.split("\n").length, file).toBeLessThan(200);
});
