// The palette: one search for everything, by keyboard and on a phone.
import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";
import { fresh, keeping, report, signIn, test } from "./people";
import { expectSound, make } from "./things";

const box = (page: Page) => page.getByRole("dialog", { name: "Search everything" });
const field = (page: Page) => box(page).getByRole("combobox");
const options = (page: Page) => box(page).getByRole("option");
const chosen = (page: Page) => box(page).getByRole("option", { selected: true });

/** Called for by its key, and there. */
async function call(page: Page) {
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.keyboard.press("Control+k");
  await expect(field(page)).toBeFocused();
}

test("by keyboard everything is found in one place: a request by its number, a place, an asset, a person, a page", async ({ browser }) => {
  test.slow();
  const page = await signIn(browser, "manager");
  const [name, title] = [fresh("Kamar Café"), fresh("Ventilator")];
  const place = await make(page, "/api/locations", { name });
  const asset = await make(page, "/api/assets", { name: `${title} besar` });
  const request = await make(page, "/api/requests", { title: `${title} <b>loud</b>`, category: "other", priority: "low" });
  await page.goto("/requests");
  await page.getByRole("heading", { level: 1 }).waitFor();
  // From within a field, too.
  await page.keyboard.press("/");
  await expect(page.getByRole("searchbox")).toBeFocused();
  await call(page);
  await page.keyboard.type(name.replace("Café", "CAFE"));
  await expect(options(page).filter({ hasText: name })).toHaveCount(1);
  await expect(chosen(page).locator("mark").nth(1)).toHaveText("Café");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(place.id));

  await call(page);
  await page.keyboard.type(title);
  await expect(options(page)).toHaveCount(2);
  await expect(options(page).first()).toContainText("<b>loud</b>");
  await expect(chosen(page)).toContainText("<b>loud</b>");
  await page.keyboard.press("ArrowDown");
  await expect(chosen(page)).toContainText("besar");
  await page.keyboard.press("Home");
  await expect(chosen(page)).toContainText("loud");
  await page.keyboard.press("End");
  await expect(chosen(page)).toContainText("besar");
  const [beside] = await Promise.all([page.context().waitForEvent("page"), page.keyboard.press("Control+Enter")]);
  await expect(beside).toHaveURL(new RegExp(asset.id));
  await beside.close();
  await expect(field(page)).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(box(page)).toHaveCount(0);

  const { number } = await (await page.request.get(`/api/requests/${request.id}`)).json();
  const plain = String(Number(/\d+$/.exec(number)![0]));
  for (const spelling of [number, `#${plain}`, plain]) {
    await page.goto("/");
    await call(page);
    await page.keyboard.type(spelling);
    await expect(chosen(page)).toContainText(number);
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(new RegExp(request.id));
  }
  // What was opened lately comes first where nothing is typed.
  await expect(page.getByRole("heading", { level: 1 })).toContainText(title);
  await call(page);
  await expect(options(page).first()).toContainText(title);
  await page.keyboard.type("citra");
  await expect(box(page).getByRole("group", { name: "People" }).getByRole("option").first()).toContainText("Citra");
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/requests\?assignee=/);
  await call(page);
  await page.keyboard.type("plac");
  await expect(chosen(page)).toHaveText("Places");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/places$/);
  await call(page);
  await page.keyboard.type("appearance dark");
  await page.keyboard.press("Enter");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
});

test("a requester finds what they may see: no other's request, no people, no page of others", async ({ browser }) => {
  const [other, page] = await Promise.all([signIn(browser, "requester2"), signIn(browser, "requester")]);
  const word = `Zirkon${Date.now()}`;
  await report(other, `${word} of another`);
  await report(page, `${word} of mine`);
  await page.goto("/me");
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.keyboard.press("/");
  await expect(field(page)).toBeFocused();
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await page.keyboard.type(word);
  await expect(options(page)).toHaveCount(1);
  await expect(options(page)).toContainText("of mine");
  for (const nothing of ["settings", "api keys", "monitor"]) {
    await field(page).fill(nothing);
    await expect(box(page).getByRole("status")).toHaveText("Nothing matches.");
  }
  await field(page).fill("citra");
  await expect(box(page).getByRole("status")).not.toHaveText("Loading");
  await expect(box(page).getByRole("group", { name: "People" })).toHaveCount(0);
  expect(asked).toContain("/api/requests");
  expect(asked).not.toContain("/api/users");
});

test("as one types, an answer of older words is never shown, what is chosen stays, and a composition chooses nothing", async ({ browser }) => {
  const page = await signIn(browser, "manager");
  const [first, second, third] = [fresh("Tirta"), fresh("Bambu"), fresh("Cempaka")];
  for (const title of [first, second, third]) await make(page, "/api/requests", { title, category: "other", priority: "low" });
  await page.goto("/me");
  await call(page);
  let [begun, given] = [0, 0];
  page.on("requestfailed", () => given++);
  // The first answer comes long after the second.
  await page.route(/\/api\/requests\?q=Tirta/, async (route) => {
    begun++;
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await route.continue().catch(() => undefined);
  });
  await page.keyboard.insertText(first);
  await expect.poll(() => begun).toBe(1);
  await field(page).fill(second);
  await expect(options(page)).toContainText([second]);
  // It was given up.
  await expect.poll(() => given).toBeGreaterThan(0);
  await page.waitForTimeout(1_600);
  await expect(options(page)).toHaveText([new RegExp(second)]);

  // Assets are slow: what comes below moves neither the choice nor a line.
  await page.unroute(/\/api\/requests\?q=Tirta/);
  await make(page, "/api/assets", { name: `${third} pompa` });
  await page.route(/\/api\/assets\?q=/, async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await route.continue().catch(() => undefined);
  });
  await field(page).fill(third);
  await expect(chosen(page)).toContainText(third);
  const before = await chosen(page).boundingBox();
  await expect(options(page)).toHaveCount(2);
  await expect(chosen(page)).toHaveText(new RegExp(`^${third}`));
  await expect(chosen(page)).not.toContainText("pompa");
  expect(await chosen(page).boundingBox()).toEqual(before);

  await field(page).dispatchEvent("keydown", { key: "Enter", isComposing: true });
  await expect(box(page)).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(third);
});

test("keys that are typed before it is there are typed into it", async ({ browser }) => {
  const page = await signIn(browser, "manager");
  await page.route(/assets\/Palette.*\.js/, async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await route.continue();
  });
  await page.goto("/requests");
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.keyboard.press("Control+k");
  // `n` would report, and `?` would help.
  await page.keyboard.type("noi?");
  await expect(field(page)).toHaveValue("noi?");
  await expect(page).toHaveURL(/\/requests/);
  // Over a dialog it does not open.
  await page.keyboard.press("Escape");
  await page.goto("/places");
  await page.getByRole("button", { name: "New place" }).click();
  await page.keyboard.press("Control+k");
  await page.waitForTimeout(1_500);
  await expect(box(page)).toHaveCount(0);
});

test("on a phone it is a button and a touch, in both themes and without a network", async ({ browser }) => {
  test.slow();
  const page = await signIn(browser, "requester", { ...keeping, viewport: { width: 320, height: 640 }, hasTouch: true });
  await page.evaluate(() => navigator.serviceWorker.ready);
  const title = fresh("مصباح Lampu");
  await report(page, title);
  await expect(page.getByRole("button", { name: "Search", exact: true })).toBeInViewport();
  await page.goto("/");
  await page.getByRole("button", { name: "Search", exact: true }).tap();
  await field(page).fill("lampu مصباح");
  await expect(options(page).first().locator("mark").first()).toHaveText("مصباح");
  await options(page).first().tap();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(title);
  await page.goto("/");
  await page.getByRole("button", { name: "Search", exact: true }).tap();
  await expect(options(page).first()).toContainText(title);
  await page.emulateMedia({ forcedColors: "active" });
  const colours = await options(page).evaluateAll((lines) => lines.slice(0, 2).map((line) => getComputedStyle(line).backgroundColor));
  expect(colours[0]).not.toBe(colours[1]);
  await page.emulateMedia({ forcedColors: "none" });
  await page.setViewportSize({ width: 320, height: 640 });
  await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  await expectSound(page);
  await field(page).fill("lampu");
  await expect(options(page).first()).toBeVisible();
  expect((await new AxeBuilder({ page }).analyze()).violations.filter(({ impact }) => impact === "serious" || impact === "critical")).toEqual([]);

  await page.reload();
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);
  await page.context().setOffline(true);
  await page.reload();
  await call(page);
  await field(page).fill(title.split(" ").at(-1)!);
  await expect(box(page).getByRole("status")).toHaveText("No connection: this is what is on this device.");
  await expect(options(page)).toContainText([title]);
  await field(page).fill("new req");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/new$/);
});

test("the list marks the words that it was searched for", async ({ browser }) => {
  const page = await signIn(browser, "manager");
  const title = fresh("Kran bocor");
  await report(page, title);
  await page.goto(`/requests?q=${encodeURIComponent(title.replace("Kran", "KRAN"))}`);
  await expect(page.getByRole("row").getByRole("link", { name: title }).locator("mark").first()).toHaveText("Kran");
});
