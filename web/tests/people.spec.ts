// An administrator invites people, they come in, and what they may do changes at once.
import { expect } from "@playwright/test";
import { signIn, test } from "./people";
import { expectSoundHere as expectSound } from "./sound";

let count = 0;
const address = () => `${Date.now()}.${count++}@melati.test`;

test("whoever is invited by link comes in, is given another role, and is disabled", async ({ browser }) => {
  const admin = await signIn(browser, "admin");
  await admin.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await admin.getByRole("link", { name: "People", exact: true }).click();
  const [first, second] = [address(), address()];
  await admin.getByRole("button", { name: "Invite people" }).click();
  const dialog = admin.getByRole("dialog");
  await dialog.getByLabel("E-mail addresses").fill(`${first}, ${second}\nfirst`);
  await dialog.getByLabel("Role").selectOption("requester");
  await dialog.getByRole("button", { name: "Invite 3 people" }).click();
  // One of them is no address: the others have their links.
  await expect(dialog.getByText("This is not an e-mail address.")).toBeVisible();
  await dialog.getByRole("listitem").filter({ hasText: first }).getByRole("button", { name: "Copy link" }).click();
  await expect(admin.getByText("Link copied", { exact: true })).toBeVisible();
  const link = await admin.evaluate(() => navigator.clipboard.readText());
  expect(link).toBe(await dialog.getByLabel(first).inputValue());
  await dialog.getByRole("listitem").filter({ hasText: first }).getByRole("button", { name: "QR code" }).click();
  await expect(dialog.getByRole("img", { name: `QR code of the link for ${first}` })).toBeVisible();
  await expectSound(admin);
  await dialog.getByRole("button", { name: "Close" }).click();

  const context = await browser.newContext({ viewport: { width: 360, height: 740 }, locale: "id-ID" });
  const stranger = await context.newPage();
  await stranger.goto(link);
  await expect(stranger.getByText(`Anda diundang sebagai: Pelapor. Nanti masuk dengan ${first}.`)).toBeVisible();
  await stranger.getByRole("button", { name: "Masuk" }).click();
  await expect(stranger.getByText("Ini wajib diisi.")).toHaveCount(2);
  await expectSound(stranger);
  await stranger.getByLabel("Nama Anda").fill(`Made ${first}`);
  await stranger.getByLabel("Kata sandi").fill("kata sandi yang panjang");
  await stranger.getByRole("button", { name: "Masuk" }).click();
  await expect(stranger).toHaveURL(/\/$/);
  await expect(stranger.getByRole("heading", { level: 1 })).toContainText("Made");

  // The link lets in nobody else.
  const late = await (await browser.newContext()).newPage();
  await late.goto(link);
  await expect(late.getByRole("heading", { name: "This invitation has been accepted" })).toBeVisible();

  await admin.getByRole("searchbox").fill(first);
  await admin.getByRole("button", { name: `Edit Made ${first}` }).click();
  await dialog.getByLabel("Role").selectOption("technician");
  await expectSound(admin);
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(admin.getByText("Changed, and signed out on 1 device", { exact: true })).toBeVisible();
  await stranger.goto("/requests");
  await expect(stranger).toHaveURL(/sign-in/);
  await admin.getByRole("button", { name: `Edit Made ${first}` }).click();
  await dialog.getByRole("button", { name: "Disable" }).click();
  await expect(admin.getByRole("listitem").filter({ hasText: first }).getByText("Disabled")).toBeVisible();
  await stranger.getByLabel("Alamat email").fill(first);
  await stranger.getByLabel("Kata sandi").fill("kata sandi yang panjang");
  await stranger.getByRole("button", { name: "Masuk", exact: true }).click();
  await expect(stranger.getByRole("alert")).toBeVisible();
});

test("an expired link says so, and its holder asks for another", async ({ browser }) => {
  const admin = await signIn(browser, "admin");
  const email = address();
  const headers = { Origin: new URL(admin.url()).origin };
  const { user, token } = await (await admin.request.post("/api/users", { headers, data: { email, role: "requester" } })).json();
  const holder = await (await browser.newContext()).newPage();
  // A week later.
  await holder.route(/invitations\/look$/, async (route) => {
    const answer = await (await route.fetch()).json();
    await route.fulfill({ json: { ...answer, state: "expired" } });
  });
  await holder.goto(`/invitation#${token}`);
  await expect(holder.getByRole("heading", { name: "This invitation has expired" })).toBeVisible();
  await holder.getByRole("button", { name: "Ask for a new link" }).click();
  await expect(holder.getByText("The administrators see it now.")).toBeVisible();

  await admin.goto(`/system/users?q=${email}`);
  await admin.getByRole("button", { name: `Edit ${user.name}` }).click();
  await admin.getByRole("button", { name: "Make a new link" }).click();
  const link = await admin.getByLabel(email).inputValue();
  expect(link).not.toContain(token);
  await holder.unroute(/invitations\/look$/);
  await holder.reload();
  await expect(holder.getByRole("heading", { name: "There is a newer link" })).toBeVisible();
  await holder.goto("/invitation#nothing");
  await holder.reload();
  await expect(holder.getByRole("heading", { name: "This link leads nowhere" })).toBeVisible();
});
