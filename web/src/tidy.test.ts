// Rules of the house that no compiler holds.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { expect, test } from "vitest";
import { FIELD_NAMES } from "./resources/request/fields";

const src = import.meta.dirname;
const sources = readdirSync(src, { recursive: true, encoding: "utf8" })
  .filter((file) => /\.tsx?$/.test(file) && !file.endsWith("schema.ts"))
  .map((file) => ({ file, text: readFileSync(join(src, file), "utf8") }));
/** Without the comments. */
const codeOf = (text: string) => text.replace(/^\s*(\/\/|\/?\*).*$/gm, "");
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
    for (const path of importsOf(text)) expect(path, file).not.toMatch(/^@\/(api|resources|features|app)/);
  }
});

test("what is shared does not know the pages", () => {
  for (const { file, text } of sources.filter(({ file }) => /^(api|live|offline|resources|sheet)/.test(file))) {
    for (const path of importsOf(text)) expect(path, file).not.toMatch(/^@\/features/);
  }
});

test("a field of a request is named in one place", () => {
  // A request is called by its title, and its page shows the description; everything else goes by the list of fields. The
  // categories that are offered are a noun of their own, and so are places and assets.
  const names = FIELD_NAMES.filter((name) => name !== "title" && name !== "description");
  for (const { file, text } of sources.filter(({ file }) => !/(\.test\.ts|request\/fields\.ts|api\/words\.ts|resources\/(categories|asset)\/.*|settings\/Categor.*|features\/(places|assets|import)\/.*|sheet\/.*)$/.test(file.replaceAll(sep, "/")))) {
    expect(codeOf(text), file).not.toMatch(new RegExp(`\\b(${names.join("|")})\\b`));
  }
});

test("enums are the document's", () => {
  for (const { file, text } of sources.filter(({ file }) => !/(\.test\.tsx?|words\.ts)$/.test(file))) {
    expect(codeOf(text), file).not.toMatch(/as const satisfies readonly/);
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
