import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "@playwright/test";
import { type Account, signIn } from "./people";

const PAGES: { [account in Account]?: string[] } = {
  requester: ["/", "/requests", "/new", "/me", "/no-such-page"],
  manager: ["/", "/requests", "request"],
  admin: ["/system/logs", "/system/monitor", "/system/sync"],
};

for (const [account, paths] of Object.entries(PAGES)) {
  for (const colorScheme of ["light", "dark"] as const) {
    for (const width of [360, 1280]) {
      test(`axe finds nothing serious: ${account}, ${colorScheme}, ${width} px`, async ({ browser }) => {
        const page = await signIn(browser, account as Account, { colorScheme, reducedMotion: "reduce", viewport: { width, height: 800 } });
        for (const path of paths) {
          if (path === "request") await page.getByRole("row").getByRole("link").first().click();
          else await page.goto(path);
          await expect(page.getByRole("heading", { level: 1 }).or(page.getByText("nothing here")).first()).toBeAttached();
          await expect(page.locator(".skeleton")).toHaveCount(0);
          const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]).analyze();
          const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
          expect(serious.map(({ id, nodes }) => `${path} ${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`)).toEqual([]);
          expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${path} scrolls sideways`).toBe(true);
        }
      });
    }
  }
}

test("pages carry the strict policy, and the API is not the app", async ({ request }) => {
  const page = await request.get("/requests/anything", { headers: { "sec-fetch-mode": "navigate" } });
  expect(page.status()).toBe(200);
  const policy = page.headers()["content-security-policy"] ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toContain("unsafe");
  for (const name of ["strict-transport-security", "x-content-type-options", "referrer-policy", "permissions-policy", "cross-origin-opener-policy"]) {
    expect(page.headers()[name], name).toBeTruthy();
  }
  const missing = await request.get("/api/no-such-thing", { headers: { "sec-fetch-mode": "navigate" } });
  expect(missing.status()).toBe(404);
  expect(missing.headers()["content-type"]).toContain("json");
});

test("the language changes at once and stays", async ({ browser }) => {
  const page = await signIn(browser, "requester");
  await page.goto("/me");
  await page.getByText("Bahasa Indonesia").click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Saya");
  await page.reload();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Saya");
  expect(await page.evaluate(() => document.documentElement.lang)).toBe("id");
});

test("an operator sees log entries come, and a role without the right finds nothing", async ({ browser }) => {
  const [admin, requester] = await Promise.all([signIn(browser, "admin"), signIn(browser, "requester")]);
  await admin.goto("/system/logs?q=sessions");
  await expect(admin.getByRole("status").getByText("Live", { exact: true })).toBeVisible();
  const before = await admin.getByText("/api/me/sessions").count();
  await requester.goto("/me");
  await expect.poll(() => admin.getByText("/api/me/sessions").count()).toBeGreaterThan(before);
  await admin.getByText("/api/me/sessions").first().click();
  await admin.getByRole("dialog").getByRole("link", { name: "Show the whole trace" }).click();
  await expect(admin.getByText("Everything with request id")).toBeVisible();
  await expect(admin.getByRole("listitem").first()).toBeVisible();
  await requester.goto("/system/logs");
  await expect(requester.getByText("There is nothing here that you can see.")).toBeVisible();
});

test("the list is walked with keys", async ({ browser }) => {
  const page = await signIn(browser, "manager");
  await page.goto("/requests");
  await expect(page.getByRole("row").getByRole("link").first()).toBeVisible();
  await page.keyboard.press("/");
  await expect(page.getByRole("searchbox")).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("searchbox")).not.toBeFocused();
  const row = (index: number) => page.locator(`[data-index="${index}"] a`);
  const second = await row(1).getAttribute("href");
  for (const key of ["j", "j", "j", "k"]) await page.keyboard.press(key);
  await expect(row(1)).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(`${second}$`));
  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await page.keyboard.press("/");
  await expect(page.getByRole("searchbox")).toBeFocused();
  await page.keyboard.press("Escape");
  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.keyboard.press("n");
  await expect(page).toHaveURL(/\/new$/);
});
