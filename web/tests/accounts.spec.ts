// What people do with their own accounts, and administrators with those of others.
import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Browser, type Page } from "@playwright/test";
import { signIn, test } from "./people";

let count = 0;
const address = () => `${Date.now()}.${count++}@melati.test`;
const WORDS = "kata sandi yang panjang";

/** axe finds nothing in either theme, and the page fits its width. */
async function expectSound(page: Page) {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await expect.poll(() => page.evaluate(() => document.getAnimations().length)).toBe(0);
    const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]).analyze();
    expect(violations.map(({ id, nodes }) => `${colorScheme} ${id}: ${nodes[0]?.html}`)).toEqual([]);
  }
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
}

/** Somebody new, by an invitation of the admin's; nobody else's account is changed. */
async function somebody(browser: Browser, admin: Page, options = {}) {
  const email = address();
  const headers = { Origin: new URL(admin.url()).origin };
  const { token } = await (await admin.request.post("/api/users", { headers, data: { email, role: "technician" } })).json();
  const data = { token, name: `Putu ${email}`, password: WORDS, language: "en" };
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options })).newPage();
  expect((await page.request.post("/api/auth/invitations/accept", { headers, data })).status()).toBe(200);
  return { email, page: await enter(page, email, WORDS) };
}

async function enter(page: Page, login: string, password: string) {
  await page.goto("/sign-in");
  await page.locator("input[autocomplete=username]").fill(login);
  await page.locator("input[autocomplete=current-password]").fill(password);
  await page.locator("button[type=submit]").click();
  await page.waitForURL((url) => url.pathname === "/");
  return page;
}

test("whoever changes their password is signed out everywhere else, and hears why a password is not taken", async ({ browser }) => {
  const admin = await signIn(browser, "admin");
  const { email, page } = await somebody(browser, admin, { viewport: { width: 360, height: 740 }, locale: "id-ID" });
  const other = await enter(await (await browser.newContext()).newPage(), email, WORDS);
  await page.goto("/me");
  await page.getByRole("button", { name: "Ubah kata sandi" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Ubah", exact: true }).click();
  await expect(dialog.getByText("Ini wajib diisi.")).toHaveCount(2);
  await dialog.getByLabel("Kata sandi baru").fill("password1");
  await dialog.getByLabel("Kata sandi Anda sekarang").fill("bukan yang ini");
  await dialog.getByRole("button", { name: "Ubah", exact: true }).click();
  await expect(dialog.getByText("Ini salah satu kata sandi yang paling dulu dicoba. Pilih yang lain.")).toBeVisible();
  await expectSound(page);
  await dialog.getByLabel("Kata sandi baru").fill("hujan di atap seng");
  await dialog.getByRole("button", { name: "Ubah", exact: true }).click();
  await expect(dialog.getByText("Ini bukan kata sandi Anda.")).toBeVisible();
  await dialog.getByLabel("Kata sandi Anda sekarang").fill(WORDS);
  await dialog.getByRole("button", { name: "Ubah", exact: true }).click();
  // The session of the invitation, and that of the other browser.
  await expect(page.getByText("Kata sandi diubah, dan keluar di 2 perangkat lain", { exact: true })).toBeVisible();
  await expect(page.getByRole("region", { name: "Tempat Anda masuk" }).getByRole("listitem")).toHaveCount(1);
  await other.goto("/requests");
  await expect(other).toHaveURL(/sign-in/);
  await enter(other, email, "hujan di atap seng");
});
