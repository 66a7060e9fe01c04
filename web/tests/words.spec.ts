// What the pages say, as people of each language and country would say it.
import { expect } from "@playwright/test";
import { fresh, report, signIn, test } from "./people";

const HOUR_MS = 3_600_000;

test("a request that is due in three days of the calendar says so, and a late one by how much", async ({ browser }) => {
  for (const [locale, days, late] of [["en-GB", "in 3 days", "8 hrs overdue"], ["id-ID", "dalam 3 hari", "terlambat 8 jam"]] as const) {
    const page = await signIn(browser, "manager", { locale, timezoneId: "Asia/Jakarta" });
    const made = await page.request.post("/api/requests", { headers: { origin: new URL(page.url()).origin }, data: { title: fresh("The blind hangs"), category: "building", priority: "normal" } });
    const { id, created_at, due_at } = await made.json();
    expect(Date.parse(due_at) - Date.parse(created_at)).toBe(72 * HOUR_MS);
    const row = page.getByRole("row").filter({ has: page.locator(`a[href="/requests/${id}"]`) });
    const due = row.locator(`time[datetime="${due_at}"]`);
    await page.goto("/requests?sort=-created");
    await expect(due).toHaveText(days);
    await expect(row.locator("time").last()).toHaveText(locale === "id-ID" ? "baru saja" : "just now");
    await page.clock.setFixedTime(Date.parse(due_at) + 8 * HOUR_MS + 60_000);
    await page.reload();
    await expect(due).toHaveText(late);
  }
});

test("dates and hours are those of the reader's country, in lists and in logs", async ({ browser }) => {
  const page = await signIn(browser, "admin", { locale: "en-GB" });
  await page.goto("/requests?sort=-created");
  const title = await page.getByRole("row").locator("time").first().getAttribute("title");
  expect(title).toMatch(/^\d{1,2} \w+ \d{4}, \d{2}:\d{2}$/);
  await page.goto("/system/logs");
  await expect(page.getByRole("main").getByRole("listitem").locator("time").first()).toHaveText(/^(\d{2} \w+, )?\d{2}:\d{2}:\d{2}\.\d{3}$/);
});

test("what became of the due time is said without the words of a contract", async ({ browser }) => {
  const [requester, tech, manager] = await Promise.all([signIn(browser, "requester"), signIn(browser, "tech"), signIn(browser, "manager")]);
  const url = await report(requester, fresh("The bulb is out"));
  await expect(requester.getByRole("complementary").getByText("in time", { exact: true })).toBeVisible();
  await manager.goto(url);
  await manager.getByRole("button", { name: "Approve" }).click();
  await tech.goto(url);
  await tech.getByRole("button", { name: "Take it" }).click();
  await tech.getByRole("button", { name: "Start work" }).click();
  await tech.getByRole("button", { name: "Complete" }).click();
  await tech.getByRole("dialog").getByLabel("What was done?").fill("A new bulb");
  await tech.getByRole("dialog").getByRole("button", { name: "Complete" }).click();
  await expect(requester.getByRole("complementary").getByText("done in time")).toBeVisible();
});

test("words from right to left have their own direction in lists, and do not turn what stands around them", async ({ browser }) => {
  const page = await signIn(browser, "requester");
  const title = `المصعد 3 متوقف! ${fresh("")}`;
  const made = await page.request.post("/api/requests", { headers: { origin: new URL(page.url()).origin }, data: { title, category: "lift", priority: "urgent", hazard: true } });
  const { id } = await made.json();
  await page.goto("/requests?sort=-created");
  const row = page.getByRole("row").filter({ has: page.locator(`a[href="/requests/${id}"]`) });
  const directionOf = (text: string | RegExp) => row.getByText(text).evaluate((element) => getComputedStyle(element).direction);
  expect(await directionOf(title)).toBe("rtl");
  expect(await directionOf("Eka")).toBe("ltr");
  await page.goto("/");
  await expect(page.getByRole("main").getByText(title).first()).toHaveCSS("direction", "rtl");
  await page.goto("/requests?sort=-created");
  await page.getByRole("searchbox").fill("المصعد");
  await expect(page.getByRole("searchbox")).toHaveCSS("direction", "rtl");
});

test("in a contrast theme, what is chosen is told from what is not", async ({ browser }) => {
  const page = await signIn(browser, "requester", { forcedColors: "active" });
  const colourOf = (name: string, role: "button" | "radio") =>
    page.getByRole(role, { name, exact: true }).first().evaluate((element) => getComputedStyle(element.closest("label") ?? element).backgroundColor);
  await page.goto("/requests?status=approved");
  expect(await colourOf("Approved", "button")).not.toBe(await colourOf("Submitted", "button"));
  await page.goto("/new");
  expect(await colourOf("Normal", "radio")).not.toBe(await colourOf("Urgent", "radio"));
  await page.goto("/me");
  expect(await colourOf("English", "radio")).not.toBe(await colourOf("Bahasa Indonesia", "radio"));
});

test("a list of the home page that failed can be tried again", async ({ browser }) => {
  const page = await signIn(browser, "manager");
  let isBroken = true;
  await page.route(/\/api\/requests\?.*status=approved/, (route) => (isBroken ? route.fulfill({ status: 500, json: { code: "internal", status: 500, title: "", detail: "" } }) : route.continue()));
  await page.goto("/");
  const needs = page.getByRole("region", { name: "Needs you now" });
  await expect(needs.getByRole("alert")).toContainText("Something went wrong on our side.");
  isBroken = false;
  await needs.getByRole("button", { name: "Try again" }).click();
  await expect(needs.getByRole("alert")).toHaveCount(0);
});

test("the id of a fault is not called one of a request", async ({ browser }) => {
  const page = await signIn(browser, "admin", { locale: "id-ID" });
  await page.goto("/system/logs");
  await expect(page.getByRole("searchbox", { name: "ID jejak" })).toBeVisible();
});

test("pages that are opened one behind the other wait alike for the words that only they have", async ({ browser }) => {
  const manager = await signIn(browser, "manager");
  let release = () => undefined as void;
  const held = new Promise<void>((resolve) => (release = resolve));
  await manager.route(/\/assets\/more\./, async (route) => {
    await held;
    await route.continue();
  });
  await manager.getByRole("link", { name: "Inbox" }).first().click();
  await manager.getByRole("link", { name: /^Budi Santoso/ }).click();
  await manager.waitForTimeout(1_500);
  await expect(manager.getByText(/^me\./)).toHaveCount(0);
  release();
  await expect(manager.getByRole("heading", { level: 1, name: "Me" })).toBeVisible();
});
