// API keys: made and shown once, used, given a new secret, ended; and everybody's, for administrators.
import { expect, type Page } from "@playwright/test";
import { signIn, test } from "./people";
import { expectSoundHere as expectSound } from "./sound";

/** A program: no cookie, no page. */
const call = (page: Page, key: string, path: string) => fetch(new URL(path, page.url()), { headers: { authorization: `Bearer ${key}` } });

const name = () => `Gateway ${Date.now()}`;

test("a manager makes a key, which is shown once, and works until it is ended", async ({ browser }) => {
  const page = await signIn(browser, "manager");
  const called = name();
  await page.goto("/me");
  await page.getByRole("link", { name: "My API keys" }).click();
  await page.waitForURL("**/me/keys");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("API keys");
  await page.getByRole("button", { name: "Make a key" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByLabel("Name")).toBeFocused();
  await expect(dialog.getByText("Operate")).toHaveCount(0);
  await expect(dialog.getByRole("button", { name: "Make a key" })).toBeDisabled();
  await dialog.getByLabel("Name").fill(called);
  await dialog.getByLabel("Report").check();
  await expectSound(page);
  await dialog.getByLabel("Name").press("Enter");
  const secret = await dialog.getByLabel("Key", { exact: true }).inputValue();
  expect(secret).toMatch(/^cek_[0-9a-f]{16}_[0-9a-f]{72}$/);
  await expectSound(page);
  await dialog.getByRole("button", { name: "I have it" }).click();
  expect((await call(page, secret, "/api/requests")).status).toBe(200);
  const card = page.getByRole("region", { name: called });
  await page.reload();
  await expect(card.getByText("1 call")).toBeVisible();
  expect(await page.content()).not.toContain(secret);
  await expectSound(page);

  // Another name and other scopes.
  await card.getByRole("button", { name: "Change" }).click();
  await dialog.getByLabel("Read").uncheck();
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toHaveCount(0);
  expect((await call(page, secret, "/api/requests")).status).toBe(403);

  // A new secret, and the old one at once no more.
  await card.getByRole("button", { name: "New secret" }).click();
  await dialog.getByLabel("The secret of before holds for").selectOption("0");
  await dialog.getByRole("button", { name: "New secret" }).click();
  const second = await dialog.getByLabel("Key", { exact: true }).inputValue();
  expect([(await call(page, secret, "/api/me")).status, (await call(page, second, "/api/me")).status]).toEqual([401, 200]);
  await page.keyboard.press("Escape");

  await card.getByRole("button", { name: "End key" }).click();
  await expectSound(page);
  await dialog.getByRole("button", { name: "End key" }).click();
  await expect(card).toHaveCount(0);
  expect((await call(page, second, "/api/me")).status).toBe(401);
});

test("an admin sees everybody's keys and ends one; whoever may have none sees no page of them", async ({ browser }) => {
  const manager = await signIn(browser, "manager");
  const headers = { "x-cepatedge": "1" };
  const called = name();
  const made = await manager.request.post("/api/keys", { headers, data: { name: called, scopes: ["read", "work"] } });
  expect(made.status()).toBe(201);
  const { secret } = await made.json();
  const page = await signIn(browser, "admin", { viewport: { width: 360, height: 740 }, locale: "id-ID" });
  await page.goto("/system/keys");
  const card = page.getByRole("region", { name: called });
  await expect(async () => {
    const more = page.getByRole("button", { name: "Kunci lainnya" });
    if ((await card.count()) === 0 && (await more.count()) > 0) await more.click();
    await expect(card).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await expectSound(page);
  await card.getByRole("button", { name: "Akhiri kunci" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Akhiri kunci" }).click();
  await expect(card).toHaveCount(0);
  expect((await call(page, secret, "/api/me")).status).toBe(401);

  const technician = await signIn(browser, "tech");
  await technician.goto("/me");
  await expect(technician.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(technician.getByRole("link", { name: "My API keys" })).toHaveCount(0);
  await technician.goto("/me/keys");
  await expect(technician.getByRole("button", { name: "Make a key" })).toHaveCount(0);
});

test("what a program did says so in the timeline and in the log", async ({ browser }) => {
  const page = await signIn(browser, "admin");
  const headers = { "x-cepatedge": "1" };
  const called = name();
  const { secret } = await (await page.request.post("/api/keys", { headers, data: { name: called, scopes: ["report"] } })).json();
  const body = JSON.stringify({ title: "The cold room is warm", description: "9 °C.", category: "hvac", priority: "high" });
  const sent = await fetch(new URL("/api/requests", page.url()), { method: "POST", body, headers: { authorization: `Bearer ${secret}` } });
  expect(sent.status).toBe(201);
  const { id } = await sent.json();
  await page.goto(`/requests/${id}`);
  await expect(page.locator("[data-kind=created]").getByText(`API: ${called}`)).toBeVisible();
  await expectSound(page);
  await page.goto("/system/logs?stream=http");
  await expect(page.getByText(`API: ${called}`).first()).toBeVisible({ timeout: 20_000 });
});
