// A list as a file, and a request on paper.
import { readFileSync } from "node:fs";
import { expect } from "@playwright/test";
import readWorkbook from "read-excel-file/node";
import { fresh, report, signIn, test } from "./people";

test("the list is exported as it is filtered, in full", async ({ browser }) => {
  const page = await signIn(browser, "manager");
  const title = fresh("=Lamp");
  await report(page, title);
  await page.goto(`/requests?q=${encodeURIComponent(title.slice(1))}`);
  await expect(page.getByRole("link", { name: title })).toBeVisible();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Export CSV" }).click()]);
  expect(download.suggestedFilename()).toMatch(/^requests-\d{4}-\d\d-\d\d\.csv$/);
  const text = readFileSync(await download.path(), "utf8");
  expect(text.startsWith("\u{feff}number,title,description,")).toBe(true);
  const lines = text.trimEnd().split("\r\n");
  expect(lines).toHaveLength(2);
  expect(lines[1]).toContain(`,'${title},`);
  const [workbook] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Export Excel" }).click()]);
  expect(workbook.suggestedFilename()).toMatch(/\.xlsx$/);
  const [sheet] = await readWorkbook(await workbook.path());
  // A text, and nothing that a spreadsheet computes: no apostrophe is needed.
  expect([sheet!.data.length, sheet!.data[0]![0], sheet!.data[1]![1]]).toEqual([2, "number", title]);
});

test("a request is printed without what is to be pressed, and without internal notes where one wants that", async ({ browser }) => {
  const page = await signIn(browser, "manager");
  const path = new URL(await report(page, fresh("Door"))).pathname;
  const headers = { origin: new URL(page.url()).origin };
  for (const [body, visibility] of [["Seen by all", "public"], ["For us alone", "internal"]]) {
    expect((await page.request.post(`/api${path}/comments`, { data: { body, visibility }, headers })).status()).toBe(201);
  }
  await page.addInitScript(() => { window.print = () => { document.documentElement.dataset.printed = "yes"; }; });
  await page.goto(path);
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  await expect(page.getByText("Seen by all")).toBeVisible();
  await expect(page.getByText("For us alone")).toBeVisible();
  await expect(page.getByRole("navigation")).toHaveCount(0);
  await expect(page.getByRole("button")).toHaveCount(0);
  expect(await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)).toBe("rgb(255, 255, 255)");
  await page.emulateMedia({ media: "screen" });
  await page.getByRole("button", { name: "Print without internal notes" }).click();
  await expect(page.locator("html[data-printed]")).toHaveCount(1);
  await page.emulateMedia({ media: "print" });
  await expect(page.getByText("Seen by all")).toBeVisible();
  await expect(page.getByText("For us alone")).toBeHidden();
});
