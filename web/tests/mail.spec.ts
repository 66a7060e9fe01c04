// Mail: how it is set up, a test to oneself, and an invitation that arrives.
import { expect, type Page } from "@playwright/test";
import { signIn, test } from "./people";
import { expectSoundHere as expectSound } from "./sound";

/** Where the system's mail server shows its mails. */
const MAILS = process.env.MAILS_URL ?? "http://localhost:8025";

interface Received { to: string; subject: string; text: string; html: string }
const mailsTo = async (page: Page, address: string, subject = /./) =>
  ((await (await page.request.get(`${MAILS}/mails.json`)).json()) as Received[])
    .filter((mail) => mail.to === address && subject.test(mail.subject));

test("an administrator sees how mail is set up and sends a test", async ({ browser }) => {
  const admin = await signIn(browser, "admin");
  // What other tests made happen is told by mail too, whenever it comes.
  const isTest = /^Mail from .* works$/;
  const before = (await mailsTo(admin, "admin@cepatedge.test", isTest)).length;
  await admin.getByRole("link", { name: "Mail", exact: true }).click();
  await expect(admin.getByRole("heading", { name: "Mail is on" })).toBeVisible();
  await expect(admin.getByText("CepatEdge · desk@cepatedge.test")).toBeVisible();
  await admin.getByRole("button", { name: "Send a test" }).click();
  await expect(admin.getByText("The provider has taken the mail.")).toBeVisible();
  await expect(admin.getByText("queued as")).toBeVisible();
  expect((await mailsTo(admin, "admin@cepatedge.test", isTest)).length).toBe(before + 1);
  await expect(admin.getByText("v=spf1 include:mail.test -all")).toBeVisible();
  await expect(admin.getByText("There is none.")).toHaveCount(1);
  await expectSound(admin);
});

test("a failure is told in the words of the reader's language, on a phone", async ({ browser }) => {
  const admin = await signIn(browser, "admin", { viewport: { width: 360, height: 740 }, locale: "id-ID" });
  await admin.route(/system\/mail\/test$/, (route) =>
    route.fulfill({ json: { at: new Date().toISOString(), outcome: "refused", step: "sign_in", code: 535, words: "5.7.8 Authentication credentials invalid" } }));
  await admin.goto("/system/mail");
  await admin.getByRole("button", { name: "Kirim percobaan" }).click();
  await expect(admin.getByText("Tidak terkirim")).toBeVisible();
  await expect(admin.getByText("Nama pengguna dan kata sandi, atau kuncinya, tidak diterima.")).toBeVisible();
  await expect(admin.getByText("535 5.7.8 Authentication credentials invalid")).toBeVisible();
  await expectSound(admin);
});

test("whoever is invited finds the link in a mail, which reads well on a phone, and comes in with it", async ({ browser }) => {
  const admin = await signIn(browser, "admin");
  const email = `${Date.now()}@melati.test`;
  await admin.goto("/system/users");
  await admin.getByRole("button", { name: "Invite people" }).click();
  const dialog = admin.getByRole("dialog");
  await expect(dialog.getByText("Each gets a mail with a link")).toBeVisible();
  await dialog.getByLabel("E-mail addresses").fill(email);
  await dialog.getByLabel("Language of the invitation").selectOption("id");
  await dialog.getByRole("button", { name: "Invite 1 person" }).click();
  await expect(dialog.getByText("Sent by mail")).toBeVisible();
  await expectSound(admin);
  await dialog.getByRole("button", { name: "Close" }).click();
  await expect(admin.getByRole("listitem").filter({ hasText: email }).getByText("Sent by mail")).toBeVisible();

  const mail = (await mailsTo(admin, email))[0]!;
  const reader = await (await browser.newContext({ viewport: { width: 360, height: 740 } })).newPage();
  await reader.setContent(mail.html);
  await expectSound(reader);
  const link = await reader.getByRole("link", { name: "Terima undangan" }).getAttribute("href");
  await reader.goto(link!);
  await reader.getByLabel("Your name").fill(`Wayan ${email}`);
  await reader.getByLabel("Password").fill("kata sandi yang panjang");
  await reader.getByRole("button", { name: "Come in" }).click();
  await expect(reader).toHaveURL(/\/$/);
});
