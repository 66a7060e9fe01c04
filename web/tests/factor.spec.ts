// A second factor as people meet it: an authenticator app, a passkey of Chromium's virtual authenticator, recovery codes, the proof anew.
import { createHmac } from "node:crypto";
import { expect, type Browser, type Page } from "@playwright/test";
import { signIn, test } from "./people";
import { expectSoundHere as expectSound } from "./sound";

let count = 0;
const WORDS = "kata sandi yang panjang";

/** Somebody new, by an invitation of the admin's; nobody else's account is changed. */
async function somebody(browser: Browser, admin: Page, options = {}) {
  const email = `factor.${Date.now()}.${count++}@melati.test`;
  const headers = { Origin: new URL(admin.url()).origin };
  const { token, user } = await (await admin.request.post("/api/users", { headers, data: { email, role: "technician" } })).json();
  const data = { token, name: `Putu ${email}`, password: WORDS, language: "en" };
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options })).newPage();
  expect((await page.request.post("/api/auth/invitations/accept", { headers, data })).status()).toBe(200);
  return { email, page, id: user.id as string };
}

async function password(page: Page, email: string) {
  await page.goto("/sign-in");
  await page.locator("input[autocomplete^=username]").fill(email);
  await page.locator("input[autocomplete=current-password]").fill(WORDS);
  await page.locator("button[type=submit]").click();
}

const home = (page: Page) => page.waitForURL((url) => url.pathname === "/");

/** The code of an app that was given these letters, `steps` half minutes from now (RFC 6238). */
function code(secret: string, steps = 0) {
  const digits = [...secret.replaceAll(" ", "")].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(digits.match(/.{8}/g)!.map((bits) => Number.parseInt(bits, 2)));
  const step = Buffer.alloc(8);
  step.writeBigInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const hash = createHmac("sha1", key).update(step).digest();
  return String((hash.readUInt32BE(hash.at(-1)! & 15) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

/** A device with a finger that is always the right one. */
async function authenticator(page: Page) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  const options = { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } as const;
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", { options });
  return { cdp, authenticatorId };
}

test("an app is set up, asked for at the next sign-in, and a recovery code stands in for it", async ({ browser }) => {
  const admin = await signIn(browser, "admin");
  const { email, page } = await somebody(browser, admin, { viewport: { width: 360, height: 740 } });
  await page.goto("/me");
  await page.getByRole("button", { name: "Set up an authenticator app" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("img", { name: "QR code for the authenticator app" })).toBeVisible();
  const secret = (await dialog.locator("code").textContent()) ?? "";
  await expectSound(page);
  await dialog.getByLabel("Code of your app").fill("000000");
  await dialog.getByRole("button", { name: "Keep it" }).click();
  await expect(dialog.getByText("This code is not right, or it was used before.")).toBeVisible();
  await dialog.getByLabel("Code of your app").fill(code(secret));
  await dialog.getByRole("button", { name: "Keep it" }).click();
  const list = dialog.getByRole("list", { name: "Recovery codes" }).getByRole("listitem");
  await expect(list).toHaveCount(10);
  const codes = await list.allTextContents();
  await expectSound(page);
  await dialog.getByRole("button", { name: "I have kept them" }).click();
  await expect(page.getByText("10 codes left")).toBeVisible();
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await page.waitForURL(/sign-in/);

  await password(page, email);
  await expect(page.getByRole("heading", { name: "One more step" })).toBeVisible();
  await expectSound(page);
  // The code that set it up has been used.
  await page.getByLabel("Code of your app").fill(code(secret, -1));
  await page.getByRole("button", { name: "Go on" }).click();
  await expect(page.getByText("This code is not right, or it was used before.")).toBeVisible();
  await page.getByLabel("Code of your app").fill(code(secret, 1));
  await page.keyboard.press("Enter");
  await home(page);

  const other = await (await browser.newContext()).newPage();
  await password(other, email);
  await other.getByRole("button", { name: "Use a recovery code" }).click();
  await other.getByLabel("Recovery code").fill(codes[3]!.toUpperCase());
  await other.keyboard.press("Enter");
  await home(other);
  await other.goto("/me");
  await expect(other.getByText("9 codes left")).toBeVisible();
});

test("a passkey signs in without a password, is the second step behind one, and has a name", async ({ browser }) => {
  const admin = await signIn(browser, "admin");
  const { email, page } = await somebody(browser, admin);
  const { cdp, authenticatorId } = await authenticator(page);
  await page.goto("/me");
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await page.getByLabel("What you call it").fill("Work phone");
  await expectSound(page);
  await page.getByRole("button", { name: "Make passkey" }).click();
  await page.getByRole("button", { name: "I have kept them" }).click();
  await expect(page.getByText("Work phone")).toBeVisible();
  const { credentials } = await cdp.send("WebAuthn.getCredentials", { authenticatorId });
  expect(credentials.map(({ isResidentCredential, rpId }) => [isResidentCredential, rpId])).toEqual([[true, new URL(page.url()).hostname]]);
  // The same device makes no second one.
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await page.getByRole("button", { name: "Make passkey" }).click();
  await expect(page.getByText("This device has a passkey of yours already.")).toBeVisible();
  await page.getByRole("dialog").getByRole("button", { name: "Back" }).click();

  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await page.waitForURL(/sign-in/);
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await home(page);
  await page.goto("/me");
  await page.getByRole("button", { name: "Edit passkey Work phone" }).click();
  await page.getByLabel("What you call it").fill("Old phone");
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Old phone")).toBeVisible();
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await page.waitForURL(/sign-in/);

  await password(page, email);
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await home(page);
  // Removed, it is nobody's any more.
  await page.goto("/me");
  await page.getByRole("button", { name: "Edit passkey Old phone" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await expect(page.getByText("Old phone")).toHaveCount(0);
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await page.waitForURL(/sign-in/);
  await page.getByRole("button", { name: "Masuk dengan kunci sandi" }).or(page.getByRole("button", { name: "Sign in with a passkey" })).click();
  await expect(page.getByRole("alert").getByText("Name or password is wrong.")).toBeVisible();
});

test("what needs a proof asks for it, and goes on with what was written", async ({ browser }) => {
  const admin = await signIn(browser, "admin");
  const { email, id } = await somebody(browser, admin);
  await admin.goto(`/system/users?q=${encodeURIComponent(email)}`);
  // Ten minutes have passed, as far as the first try is concerned: the server is asked again only when it was proved.
  let isStale = true;
  const sent: string[] = [];
  await admin.route(`**/api/users/${id}`, async (route) => {
    if (route.request().method() !== "PATCH") return route.continue();
    sent.push(route.request().postData() ?? "");
    if (!isStale) return route.continue();
    const problem = { type: "about:blank", title: "Reauthentication required", status: 403, detail: "Prove again that it is you.", code: "reauthentication_required", request_id: "r", errors: [] };
    return route.fulfill({ status: 403, contentType: "application/problem+json", body: JSON.stringify(problem) });
  });
  await admin.getByRole("button", { name: new RegExp(`^Edit Putu ${email}`) }).click();
  const person = admin.getByRole("dialog", { name: /Putu/ });
  await person.getByRole("combobox").selectOption("manager");
  await person.getByRole("button", { name: "Save" }).click();
  const proof = admin.getByRole("dialog", { name: "Prove that it is you" });
  await expect(proof).toBeVisible();
  await expectSound(admin);
  // Given up, nothing is lost.
  await proof.getByRole("button", { name: "Back" }).click();
  await expect(person.getByText("You have not proved that it is you")).toBeVisible();
  await expect(person.getByRole("combobox")).toHaveValue("manager");
  await person.getByRole("button", { name: "Save" }).click();
  await proof.getByLabel("Password").fill("not this one");
  await proof.getByRole("button", { name: "Go on" }).click();
  await expect(proof.getByText("This is not your password.")).toBeVisible();
  isStale = false;
  await proof.getByLabel("Password").fill("cepatedge-demo");
  await proof.getByRole("button", { name: "Go on" }).click();
  await expect(admin.getByRole("dialog")).toHaveCount(0);
  expect(sent).toEqual(Array(3).fill(JSON.stringify({ role: "manager" })));
  const people = await (await admin.request.get(`/api/system/users?q=${encodeURIComponent(email)}`)).json();
  expect(people.items[0].role).toBe("manager");
});

test("whoever must have one is led to it before anything else, in their language", async ({ browser }) => {
  const admin = await signIn(browser, "admin");
  const { page } = await somebody(browser, admin, { viewport: { width: 360, height: 740 }, locale: "id-ID" });
  await authenticator(page);
  // As if the setting were on for this person alone: it is everybody's, and others are signed in meanwhile.
  let lacks = true;
  await page.route("**/api/me", async (route) => {
    const response = await route.fetch();
    const profile = await response.json();
    if (lacks) profile.session.lacks_second_factor = true;
    return route.fulfill({ response, json: profile });
  });
  await page.goto("/requests");
  await page.waitForURL((url) => url.pathname === "/second-factor");
  await expect(page.getByRole("heading", { name: "Siapkan faktor kedua" })).toBeVisible();
  await expectSound(page);
  await page.getByRole("button", { name: "Tambah kunci sandi" }).click();
  await page.getByRole("button", { name: "Buat kunci sandi" }).click();
  await expect(page.getByRole("list", { name: "Kode pemulihan" }).getByRole("listitem")).toHaveCount(10);
  lacks = false;
  await page.getByRole("button", { name: "Sudah saya simpan" }).click();
  await home(page);
});

test("an administrator takes a lost phone's factor away", async ({ browser }) => {
  const admin = await signIn(browser, "admin");
  const { email, page } = await somebody(browser, admin);
  await authenticator(page);
  await page.goto("/me");
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await page.getByRole("button", { name: "Make passkey" }).click();
  await page.getByRole("button", { name: "I have kept them" }).click();
  await admin.goto(`/system/users?q=${encodeURIComponent(email)}`);
  await admin.getByRole("button", { name: new RegExp(`^Edit Putu ${email}`) }).click();
  await expectSound(admin);
  await admin.getByRole("button", { name: "Remove second factor" }).click();
  const question = admin.getByRole("dialog", { name: /^Remove the second factor of/ });
  await expectSound(admin);
  await question.getByRole("button", { name: "Remove second factor" }).click();
  await expect(admin.getByText("Second factor removed, and signed out on 1 device").first()).toBeVisible();
  await password(page, email);
  await home(page);
});
