// Sign-in with an identity provider, through the browser: set up, tested, used, refused, ended.
import { expect, type Page } from "@playwright/test";
import { signIn, test } from "./people";
import { expectSoundHere as expectSound } from "./sound";

/** Where the system's identity provider is. */
const PROVIDER = process.env.IDENTITY_URL ?? "http://127.0.0.1:8026";
const ISSUER = `${PROVIDER}/realms/melati`;

test.describe.configure({ mode: "serial" });

const put = (page: Page, key: string, value: unknown) =>
  page.request.put(`/api/system/settings/${key}`, { headers: { Origin: new URL(page.url()).origin }, data: { value } });

const row = (page: Page, name: string) => page.getByRole("listitem").filter({ has: page.getByRole("heading", { name, exact: true }) });

async function change(page: Page, name: string, value: string) {
  const setting = row(page, name);
  await setting.getByRole("button", { name: "Edit" }).click();
  await setting.getByLabel(name, { exact: true }).fill(value);
  await setting.getByRole("button", { name: "Save" }).click();
  await expect(setting.getByRole("button", { name: "Edit" })).toBeVisible();
}

/** At the provider: who somebody is there. */
async function say(page: Page, email: string, name = "", verified = "yes") {
  await expect(page.getByRole("heading", { name: "Who are you?" })).toBeVisible();
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("The address is verified").selectOption(verified);
  await page.getByRole("button", { name: "Continue" }).click();
}

const button = (page: Page) => page.getByRole("link", { name: /^Sign in with .Melati ID.$/u });

test("an administrator sets the provider up, is told what is wrong, and tests it", async ({ browser }) => {
  const admin = await signIn(browser, "admin");
  for (const key of ["oidc_on", "oidc_issuer", "oidc_client_id", "oidc_name", "oidc_newcomers", "oidc_domains", "oidc_trusts_addresses"]) await put(admin, key, null);
  await admin.getByRole("link", { name: "Settings", exact: true }).click();
  const group = admin.getByRole("region", { name: "Sign-in with your organisation" });
  await expect(group.getByText("/api/auth/oidc/callback")).toBeVisible();
  await group.getByRole("button", { name: "Test the provider" }).click();
  await expect(group.getByText("Enter the issuer and the client id first.")).toBeVisible();

  const issuer = row(admin, "Issuer");
  await issuer.getByRole("button", { name: "Edit" }).click();
  await issuer.getByLabel("Issuer", { exact: true }).fill("id.example.com");
  await issuer.getByRole("button", { name: "Save" }).click();
  await expect(issuer.getByText("it begins with https://")).toBeVisible();
  await issuer.getByLabel("Issuer", { exact: true }).fill(`${PROVIDER}/lean`);
  await issuer.getByRole("button", { name: "Save" }).click();
  await expect(issuer.getByRole("button", { name: "Edit" })).toBeVisible();
  await change(admin, "Client id", "cepatedge.apps.test");
  await group.getByRole("button", { name: "Test the provider" }).click();
  await expect(group.getByText("Enter the issuer exactly so.")).toContainText(`${PROVIDER}/lean/`);
  await change(admin, "Issuer", ISSUER);
  await group.getByRole("button", { name: "Test the provider" }).click();
  await expect(group.getByText("The provider can be worked with.")).toBeVisible();
  await change(admin, "Name on the button", "Melati ID");
  await expectSound(admin);
  await admin.setViewportSize({ width: 360, height: 800 });
  await expectSound(admin);
  await put(admin, "oidc_on", true);
});

test("somebody signs in there, goes on where they wanted to go, and is shown as linked until an administrator ends it", async ({ browser }) => {
  const context = await browser.newContext({ viewport: { width: 360, height: 800 } });
  const page = await context.newPage();
  await page.goto("/me");
  await expect(page).toHaveURL(/\/sign-in/);
  // A change of the settings is in force within ten seconds.
  await expect(async () => {
    await page.reload();
    await expect(button(page)).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await expectSound(page);
  await button(page).focus();
  await page.keyboard.press("Enter");
  await say(page, "tech2@cepatedge.test");
  await expect(page).toHaveURL(/\/me$/);
  await expect(page.locator("#content").getByText("Dimas Pratama")).toBeVisible();
  const linked = page.getByRole("region", { name: "Sign-in with your organisation" });
  await expect(linked.getByText(ISSUER.replace("http://", ""))).toBeVisible();
  await expectSound(page);
  // Back in the history, through the provider's answer, nobody is thrown out.
  await page.goto("/api/auth/oidc/callback?state=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA&code=x");
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Dimas");

  const admin = await signIn(browser, "admin");
  await admin.goto("/system/users?q=dimas");
  await admin.getByRole("button", { name: "Edit Dimas Pratama" }).click();
  const dialog = admin.getByRole("dialog");
  await expect(dialog.getByText("Signs in with")).toContainText("realms/melati");
  await expectSound(admin);
  await dialog.getByRole("button", { name: "End this link" }).click();
  await expect(dialog).toBeHidden();
  await page.goto("/me");
  await expect(page).toHaveURL(/\/sign-in/);
});

test("whoever is not let in is told why, and how to go on, in their language", async ({ browser }) => {
  const context = await browser.newContext({ viewport: { width: 360, height: 800 } });
  const page = await context.newPage();
  const told = page.getByRole("alert");
  const go = async () => {
    await page.goto("/sign-in");
    await button(page).click();
  };
  await go();
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(told).toContainText("You said no");
  await expectSound(page);
  await page.getByRole("link", { name: "Try again" }).click();
  await say(page, "stranger@elsewhere.example");
  await expect(told).toContainText("There is no account for you here.");
  await expect(page.getByRole("link", { name: "Try again" })).toBeHidden();
  await page.getByRole("link", { name: "Back to sign-in" }).click();
  await button(page).click();
  await say(page, "tech@cepatedge.test", "", "nothing");
  await expect(told).toContainText("Your email address is not verified there.");
  await page.goto("/sign-in");
  await page.getByRole("button", { name: "Bahasa Indonesia" }).click();
  await page.goto("/signed-in?problem=other_link");
  await expect(told).toContainText("Akun Anda terhubung dengan identitas lain.");
  // A word of a newer release, and one that nobody knows.
  await page.goto("/signed-in?problem=%3Cb%3E");
  await expect(told).toContainText("Layanan masuk organisasi Anda menolak.");
  await page.goto("/signed-in?to=https%3A%2F%2Fevil.example");
  await expect(told).toContainText("Proses masuk ini sudah berakhir.");
});

test("whoever is to prove who they are is asked anew by the provider, and is told where that is no proof", async ({ browser }) => {
  const page = await (await browser.newContext({ viewport: { width: 360, height: 800 } })).newPage();
  await page.goto("/sign-in");
  await button(page).click();
  await say(page, "tech2@cepatedge.test");
  await expect(page).toHaveURL(/\/$/);
  await page.goto("/me");
  // Ten minutes have passed, as far as this is concerned.
  await page.route("**/api/me/totp", (route) => {
    const problem = { type: "about:blank", title: "Reauthentication required", status: 403, detail: "Prove again that it is you.", code: "reauthentication_required", request_id: "r", errors: [] };
    return route.fulfill({ status: 403, contentType: "application/problem+json", body: JSON.stringify(problem) });
  });
  await page.getByRole("button", { name: "Set up an authenticator app" }).click();
  const proof = page.getByRole("dialog", { name: "Prove that it is you" });
  await expectSound(page);
  await proof.getByRole("link", { name: /^Sign in with/ }).click();
  await expect(page).toHaveURL(/prompt=login&max_age=0/);
  await say(page, "tech2@cepatedge.test");
  await expect(page).toHaveURL(/\/me$/);

  for (const [problem, words] of [["no_proof", "does not say when"], ["not_proved", "without asking who you are"]]) {
    await page.goto(`/signed-in?problem=${problem}`);
    await expect(page.getByRole("heading", { name: "That proved nothing" })).toBeVisible();
    await expect(page.getByRole("alert")).toContainText(words!);
    await expectSound(page);
  }
  await page.getByRole("link", { name: "Back to the app" }).click();
  await expect(page).toHaveURL(/\/me$/);
});

test("the button goes when it is switched off", async ({ browser }) => {
  const admin = await signIn(browser, "admin");
  for (const key of ["oidc_on", "oidc_issuer", "oidc_client_id", "oidc_name"]) await put(admin, key, null);
  const page = await (await browser.newContext()).newPage();
  await page.goto("/sign-in");
  await expect(async () => {
    await page.reload();
    await expect(page.getByRole("button", { name: "Sign in", exact: true })).toBeVisible();
    await page.waitForLoadState("networkidle");
    await expect(page.getByRole("link", { name: /Sign in with/ })).toBeHidden({ timeout: 500 });
  }).toPass();
});
