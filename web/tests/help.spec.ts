// A manager lets people in again: a link for a new password that is handed over, and a second factor that was lost.
import { expect, type Browser, type Page } from "@playwright/test";
import { signIn, test } from "./people";
import { expectSoundHere } from "./sound";

let count = 0;
const WORDS = "kata sandi yang panjang";
const WIDTHS = [360, 1280];

/** axe finds nothing in either theme at either width, and the page fits it. */
async function expectSound(page: Page) {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 860 });
    await expectSoundHere(page);
  }
}

/** Somebody new, by an invitation of the admin's; nobody else's account is changed. */
async function somebody(browser: Browser) {
  const admin = await signIn(browser, "admin");
  const email = `help.${Date.now()}.${count++}@melati.test`;
  const headers = { Origin: new URL(admin.url()).origin };
  const { token, user } = await (await admin.request.post("/api/users", { headers, data: { email, role: "technician" } })).json();
  const data = { token, name: `Putu ${email}`, password: WORDS, language: "en" };
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 860 } })).newPage();
  expect((await page.request.post("/api/auth/invitations/accept", { headers, data })).status()).toBe(200);
  return { email, page, id: user.id as string };
}

/** A device with a finger that is always the right one, and a passkey on it. */
async function addPasskey(page: Page) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  const options = { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } as const;
  await cdp.send("WebAuthn.addVirtualAuthenticator", { options });
  await page.goto("/me");
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await page.getByRole("button", { name: "Make passkey" }).click();
  await page.getByRole("button", { name: "I have kept them" }).click();
}

/** The manager's dialog about somebody; the list may be a minute old. */
async function open(manager: Page, email: string) {
  await expect(async () => {
    await manager.goto("/people");
    await manager.getByRole("searchbox").fill(email);
    await manager.getByRole("button", { name: `Help Putu ${email}` }).click({ timeout: 2_000 });
  }).toPass();
  return manager.getByRole("dialog", { name: /Putu/ });
}

test("a manager hands over a link for a new password, as text and as a QR code, and it works once", async ({ browser }) => {
  const { email, page } = await somebody(browser);
  const manager = await signIn(browser, "manager");
  await manager.getByRole("link", { name: "People", exact: true }).click();
  await expect(manager.getByRole("heading", { level: 1, name: "People" })).toBeVisible();
  // Those who may do as much are helped by an administrator.
  await expect(manager.getByRole("button", { name: "Help Citra Dewi" })).toBeVisible();
  await expect(manager.getByText("admin@cepatedge.test")).toHaveCount(0);
  await expectSound(manager);
  const dialog = await open(manager, email);
  await dialog.getByRole("button", { name: "Link for a new password" }).click();
  await expect(dialog.getByText("it works once, for an hour")).toBeVisible();
  await expect(dialog.getByText("The link ends")).toBeVisible();
  const link = await dialog.getByLabel(email).inputValue();
  expect(link).toContain("/reset#");
  await dialog.getByRole("button", { name: "QR code" }).click();
  await expect(dialog.getByRole("img", { name: `QR code of the link for ${email}` })).toBeVisible();
  await expectSound(manager);

  const holder = await (await browser.newContext()).newPage();
  await holder.goto(link);
  await holder.getByLabel("New password").fill("angin dari timur laut");
  await holder.getByRole("button", { name: "Set password" }).click();
  await expect(holder).toHaveURL(/\/$/);
  await page.goto("/requests");
  await expect(page).toHaveURL(/sign-in/);
  await holder.goto(link);
  await holder.reload();
  await expect(holder.getByRole("heading", { name: "This link has been used" })).toBeVisible();
});

test("a manager takes a lost second factor away after a question and a proof, and is told where there was none", async ({ browser }) => {
  const { email, page, id } = await somebody(browser);
  await addPasskey(page);
  const manager = await signIn(browser, "manager");
  // Ten minutes have passed, as far as the first try is concerned.
  let isStale = true;
  await manager.route(`**/api/users/${id}/factors`, (route) => {
    if (!isStale) return route.continue();
    const problem = { type: "about:blank", title: "Reauthentication required", status: 403, detail: "Prove again that it is you.", code: "reauthentication_required", request_id: "r", errors: [] };
    return route.fulfill({ status: 403, contentType: "application/problem+json", body: JSON.stringify(problem) });
  });
  const dialog = await open(manager, email);
  await expectSound(manager);
  await dialog.getByRole("button", { name: "Remove second factor" }).click();
  const question = manager.getByRole("dialog", { name: /^Remove the second factor of/ });
  await expect(question.getByText("They are signed out everywhere.")).toBeVisible();
  await expect(question.getByText("they get in by their password alone")).toBeVisible();
  await expectSound(manager);
  // Given up, nothing is done, and the focus is back.
  await manager.keyboard.press("Escape");
  await expect(question).toBeHidden();
  await expect(dialog.getByRole("button", { name: "Remove second factor" })).toBeFocused();
  await manager.keyboard.press("Enter");
  await question.getByRole("button", { name: "Remove second factor" }).click();
  const proof = manager.getByRole("dialog", { name: "Prove that it is you" });
  await expect(proof).toBeVisible();
  isStale = false;
  await proof.getByLabel("Password").fill("cepatedge-demo");
  await proof.getByRole("button", { name: "Go on" }).click();
  await expect(manager.getByText("Second factor removed, and signed out on 1 device").first()).toBeVisible();
  await expect(manager.getByRole("dialog")).toHaveCount(0);
  await page.goto("/requests");
  await expect(page).toHaveURL(/sign-in/);

  await (await open(manager, email)).getByRole("button", { name: "Remove second factor" }).click();
  await question.getByRole("button", { name: "Remove second factor" }).click();
  await expect(manager.getByText("There was no second factor", { exact: true })).toBeVisible();
});
