// What people do with their own accounts, and administrators with those of others.
import { expect, type Browser, type Page } from "@playwright/test";
import { signIn, test } from "./people";
import { expectSoundHere as expectSound } from "./sound";

let count = 0;
const address = () => `${Date.now()}.${count++}@melati.test`;
const WORDS = "kata sandi yang panjang";

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
  await page.locator("input[autocomplete^=username]").fill(login);
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

test("whoever forgot their password gets a link from the people page, and comes in with a new one", async ({ browser }) => {
  const admin = await signIn(browser, "admin");
  const { email, page } = await somebody(browser, admin);
  await admin.goto(`/system/users?q=${email}`);
  await admin.getByRole("button", { name: `Edit Putu ${email}` }).click();
  await admin.getByRole("button", { name: "Link for a new password" }).click();
  const link = await admin.getByRole("dialog").getByLabel(email).inputValue();
  expect(link).toContain("/reset#");
  await expect(admin.getByRole("dialog").getByText("The link ends")).toBeVisible();
  await expectSound(admin);

  const holder = await (await browser.newContext({ viewport: { width: 360, height: 740 }, locale: "id-ID" })).newPage();
  await holder.goto(link);
  await expect(holder.getByText(`Untuk Putu ${email}. Masuk dengan: ${email}`)).toBeVisible();
  await holder.getByLabel("Kata sandi baru").fill("12345678");
  await holder.getByRole("button", { name: "Simpan kata sandi" }).click();
  await expect(holder.getByText("Ini salah satu kata sandi yang paling dulu dicoba. Pilih yang lain.")).toBeVisible();
  await expectSound(holder);
  await holder.getByLabel("Kata sandi baru").fill("angin dari timur laut");
  await holder.getByRole("button", { name: "Simpan kata sandi" }).click();
  await expect(holder).toHaveURL(/\/$/);
  await expect(holder.getByRole("heading", { level: 1 })).toContainText("Putu");
  await page.goto("/requests");
  await expect(page).toHaveURL(/sign-in/);

  const late = await (await browser.newContext()).newPage();
  await late.goto(link);
  await expect(late.getByRole("heading", { name: "This link has been used" })).toBeVisible();
  await expectSound(late);
  await late.getByRole("link", { name: "Sign in" }).click();
  await enter(late, email, "angin dari timur laut");
});

test("somebody without an address comes in with a link, and signs in with a user name", async ({ browser }) => {
  const admin = await signIn(browser, "admin");
  const username = `budi.${Date.now()}`;
  await admin.goto("/system/users");
  await admin.getByRole("button", { name: "Invite people" }).click();
  const dialog = admin.getByRole("dialog");
  await dialog.getByText("Without one", { exact: true }).click();
  await dialog.getByLabel("Name", { exact: true }).fill(`Budi ${username}`);
  await dialog.getByLabel("User name").fill("Budi Teknik");
  await dialog.getByRole("button", { name: "Make link" }).click();
  await expect(dialog.getByText("3 to 32 of a to z, 0 to 9, dot, _ and -, beginning with a letter.")).toBeVisible();
  await expectSound(admin);
  await dialog.getByLabel("User name").fill(username);
  await dialog.getByRole("button", { name: "Make link" }).click();
  const link = await dialog.getByLabel(username).inputValue();
  await dialog.getByRole("button", { name: "QR code" }).click();
  await expect(dialog.getByRole("img", { name: `QR code of the link for ${username}` })).toBeVisible();
  await expectSound(admin);

  const phone = await (await browser.newContext({ viewport: { width: 360, height: 740 }, locale: "id-ID" })).newPage();
  await phone.goto(link);
  await expect(phone.getByLabel("Nama Anda")).toHaveValue(`Budi ${username}`);
  await phone.getByLabel("Kata sandi").fill(WORDS);
  await phone.getByRole("button", { name: "Masuk" }).click();
  await expect(phone).toHaveURL(/\/$/);
  await phone.goto("/me");
  await expect(phone.getByRole("region", { name: "Profil" }).getByText(username, { exact: true })).toBeVisible();
  await expectSound(phone);
  await enter(await (await browser.newContext()).newPage(), username.toUpperCase(), WORDS);

  await admin.goto(`/system/users?q=${username}`);
  await expect(admin.getByRole("listitem").getByText(username, { exact: true })).toBeVisible();
  await admin.goto(`/system/sessions?q=${username}`);
  await expect(admin.getByRole("main").getByText(username).first()).toBeVisible();
});

test("whoever is disabled hands over their open work in the same step", async ({ browser }) => {
  const admin = await signIn(browser, "admin", { viewport: { width: 360, height: 740 } });
  const { email } = await somebody(browser, admin);
  const headers = { Origin: new URL(admin.url()).origin };
  const { items } = await (await admin.request.get(`/api/system/users?q=${email}`)).json();
  const titles = ["Lamp one", "Lamp two"].map((title) => `${title} ${email}`);
  for (const title of titles) {
    const data = { title, category: "electrical", priority: "normal", description: "" };
    const { id } = await (await admin.request.post("/api/requests", { headers, data })).json();
    await admin.request.post(`/api/requests/${id}/approve`, { headers, data: {} });
    expect((await admin.request.post(`/api/requests/${id}/assign`, { headers, data: { assignee_id: items[0].id } })).status()).toBe(200);
  }
  await admin.goto(`/system/users?q=${email}`);
  await admin.getByRole("button", { name: `Edit Putu ${email}` }).click();
  const dialog = admin.getByRole("dialog");
  await dialog.getByRole("button", { name: "Disable" }).click();
  await expect(dialog.getByText(/has 2 open requests/)).toBeVisible();
  for (const title of titles) await expect(dialog.getByText(title)).toBeVisible();
  await expectSound(admin);
  await dialog.getByLabel("Why, for the timelines").fill("");
  await expect(dialog.getByRole("button", { name: "Hand over and change" })).toBeDisabled();
  await dialog.getByLabel("Who does the work now?").selectOption({ label: "Dimas Pratama · Technician" });
  await dialog.getByRole("button", { name: "Hand over and change" }).click();
  await expect(admin.getByText("Changed, and 2 requests handed over", { exact: true })).toBeVisible();
  await expect(admin.getByRole("listitem").filter({ hasText: email }).getByText("Disabled")).toBeVisible();
  await admin.setViewportSize({ width: 1280, height: 860 });
  await admin.goto(`/requests?q=${email}`);
  await expect(admin.getByText("Dimas Pratama").first()).toBeVisible();
});

test("phone, time zone and start page are one's own choice, and one's own data is a file", async ({ browser }) => {
  const admin = await signIn(browser, "admin");
  const { email, page } = await somebody(browser, admin, { viewport: { width: 360, height: 740 }, timezoneId: "Asia/Jakarta" });
  await page.goto("/me");
  const chosen = page.getByRole("region", { name: "What you choose" });
  await chosen.getByLabel("Phone").fill("call me");
  await chosen.getByRole("button", { name: "Save" }).click();
  await expect(chosen.getByText("5 digits or more, with spaces, + - ( ) . or / between them.")).toBeVisible();
  await expectSound(page);
  await chosen.getByLabel("Phone").fill("+62 812-345 678");
  await chosen.getByLabel("Time zone").selectOption("Pacific/Kiritimati");
  await chosen.getByLabel("First page after signing in").selectOption("Your work");
  await chosen.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved", { exact: true })).toBeVisible();
  await page.reload();
  await expect(chosen.getByLabel("Phone")).toHaveValue("+62 812-345 678");
  // Times are told where their clock is: seven hours ahead of the device.
  const since = page.getByRole("region", { name: "Where you are signed in" }).locator("time").first();
  const [said, when] = [await since.getAttribute("title"), await since.getAttribute("datetime")];
  const there = new Intl.DateTimeFormat("en-US", { dateStyle: "medium", timeStyle: "short", timeZone: "Pacific/Kiritimati" });
  expect(said).toBe(there.format(new Date(when!)));

  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Download" }).click()]);
  expect(file.suggestedFilename()).toBe("cepatedge-my-data.json");
  const data = JSON.parse(await (await import("node:fs/promises")).readFile(await file.path(), "utf8"));
  expect(data.account).toMatchObject({ email, phone: "+62 812-345 678", time_zone: "Pacific/Kiritimati", start_page: "work" });

  const other = await (await browser.newContext()).newPage();
  await other.goto("/sign-in");
  await other.locator("input[autocomplete^=username]").fill(email);
  await other.locator("input[autocomplete=current-password]").fill(WORDS);
  await other.locator("button[type=submit]").click();
  await expect(other).toHaveURL(/requests\?assignee=me&status=assigned/);
});
