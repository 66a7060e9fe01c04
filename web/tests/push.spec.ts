// Being told on a device, naming people, passing a request on; and what became of mails, for administrators.
import { expect, type Page } from "@playwright/test";
import { fresh, keeping, report, signIn, test, whole, withBrowser } from "./people";
import { axe } from "./sound";

const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true };

async function isAccessible(page: Page) {
  const { violations } = await axe(page).analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ target }) => target)])).toEqual([]);
}

test("names are offered behind an @, by keyboard, and nothing moves", async ({ browser }) => {
  const [requester, manager] = await Promise.all([signIn(browser, "requester"), signIn(browser, "manager")]);
  const url = await report(requester, fresh("The tap drips"));
  await manager.goto(url);
  const field = manager.getByRole("textbox", { name: "Write a comment" });
  const list = manager.getByRole("listbox", { name: "Names" });
  await field.click();
  await field.pressSequentially("Hello me@cit");
  await expect(list).toHaveCount(0);
  await field.fill("Hello ");
  const before = await field.boundingBox();
  await field.pressSequentially("@CIT");
  await expect(list.getByRole("option")).toHaveText([/Citra/]);
  await expect(list.getByRole("option").first()).toHaveAttribute("aria-selected", "true");
  expect(await field.getAttribute("aria-activedescendant")).toBe(await list.getByRole("option").first().getAttribute("id"));
  expect(await field.boundingBox()).toEqual(before);
  await isAccessible(manager);
  // Escape closes the list and nothing else; the page stays.
  await manager.keyboard.press("Escape");
  await expect(list).toHaveCount(0);
  await expect(manager).toHaveURL(url);
  await field.fill("");
  await field.pressSequentially("@");
  await expect(list.getByRole("option").nth(1)).toBeVisible();
  // Without the initials that stand for a portrait.
  const second = (await list.getByRole("option").nth(1).locator("bdi").textContent())!;
  await manager.keyboard.press("ArrowDown");
  await manager.keyboard.press("ArrowDown");
  await manager.keyboard.press("ArrowUp");
  await manager.keyboard.press("Enter");
  await expect(field).toHaveValue(`@${second} `);
  await expect(list).toHaveCount(0);
  await manager.keyboard.type("please look");
  await manager.getByRole("button", { name: "Send" }).click();
  await expect(manager.locator("[data-kind=commented]")).toContainText(`@${second} please look`);

  // The requester is offered who takes part, on a phone by touch: the manager, and nobody else.
  const phone = await signIn(browser, "requester", PHONE);
  await phone.goto(url);
  const theirs = phone.getByRole("textbox", { name: "Write a comment" });
  await theirs.tap();
  await theirs.pressSequentially("Thanks @");
  await expect(phone.getByRole("option").locator("bdi")).toHaveText(["Budi Santoso"]);
  await phone.getByRole("option").tap();
  await expect(theirs).toHaveValue("Thanks @Budi Santoso ");
  await expect(theirs).toBeFocused();
});

test("without a network an @ is a character as any other", async ({ browser }) => {
  const requester = await signIn(browser, "requester", keeping);
  await report(requester, fresh("The tap drips"));
  await requester.context().setOffline(true);
  const field = requester.getByRole("textbox", { name: "Write a comment" });
  await field.pressSequentially("Ask @budi");
  await requester.keyboard.press("Enter");
  await expect(field).toHaveValue("Ask @budi\n");
  await expect(requester.getByRole("listbox")).toHaveCount(0);
  await expect(requester.getByRole("main").getByRole("alert")).toHaveCount(0);
});

test("a request is passed on by WhatsApp or as a link", async ({ browser }) => {
  const requester = await signIn(browser, "requester", { permissions: ["clipboard-read", "clipboard-write"] });
  const title = fresh("Lamp & <b>door</b>");
  const url = await report(requester, title);
  const link = requester.getByRole("link", { name: "WhatsApp" });
  await expect(link).toHaveAttribute("rel", "noopener noreferrer");
  const text = () => link.getAttribute("href").then((href) => new URL(href!).searchParams.get("text"));
  await expect.poll(text).toMatch(/^MR-\d+ /);
  const href = new URL((await link.getAttribute("href"))!);
  expect([href.origin, href.pathname]).toEqual(["https://wa.me", "/"]);
  expect((await text())!.split("\n")).toEqual([expect.stringContaining(title), url]);
  await requester.getByRole("button", { name: "Copy link" }).click();
  await expect(requester.getByText("Link copied", { exact: true })).toBeVisible();
  expect(await requester.evaluate(() => navigator.clipboard.readText())).toBe(url);
});

test("a device is told after a press, and a browser that refuses is explained", async () => {
  await withBrowser([], async (browser) => {
    const refusing = await signIn(browser, "requester2", { ...whole, ...keeping, ...PHONE });
    // What a browser says of a site that somebody has refused for good.
    await refusing.addInitScript(() => Object.defineProperty(Notification, "permission", { get: () => "denied" }));
    await refusing.goto("/inbox");
    await refusing.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await refusing.getByRole("button", { name: "Notify me on this device" }).click();
    await expect(refusing.getByRole("dialog").getByText("The browser refuses notifications")).toBeVisible();
    await isAccessible(refusing);

    const page = await signIn(browser, "requester2", { ...whole, ...keeping, permissions: ["notifications"] });
    const url = await report(page, fresh("The bell rings"));
    await page.goto("/inbox");
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await page.getByRole("button", { name: "Notify me on this device" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Notify me on this device" }).click();
    // This browser has no push service: it is said, and can be tried again.
    const dialog = page.getByRole("dialog");
    await expect(dialog.getByText("could not reach its push service").or(dialog.getByText("This device is notified"))).toBeVisible({ timeout: 20_000 });

    // What the service worker makes of a message.
    const session = await page.context().newCDPSession(page);
    const registration = new Promise<string>((resolve) => session.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => resolve(registrations[0]!.registrationId)));
    await session.send("ServiceWorker.enable");
    const told = { id: "notice-1", title: "MR-000001 The bell rings", body: "Budi Santoso wrote a comment.", path: new URL(url).pathname, lang: "en" };
    const message = { origin: new URL(url).origin, registrationId: await registration, data: JSON.stringify(told) };
    for (let count = 0; count < 2; count++) await session.send("ServiceWorker.deliverPushMessage", message);
    const shown = () => page.evaluate(async () => (await (await navigator.serviceWorker.ready).getNotifications()).map(({ title, body, tag }) => [title, body, tag]));
    await expect.poll(shown).toEqual([[told.title, told.body, told.id]]);
  });
});

test("an administrator sees what became of what was sent", async ({ browser }) => {
  const [requester, admin] = await Promise.all([signIn(browser, "requester"), signIn(browser, "admin", PHONE)]);
  const url = await report(requester, fresh("The door squeaks"));
  await admin.goto(url);
  await admin.getByRole("radio", { name: "Public" }).check({ force: true });
  await admin.getByRole("textbox").fill("We come tomorrow");
  await admin.getByRole("button", { name: "Send" }).click();
  await expect(admin.locator("[data-kind=commented]")).toBeVisible();
  await admin.goto("/system/mail");
  const card = admin.getByRole("listitem").filter({ hasText: "Eka Putri" }).first();
  await expect(async () => {
    await admin.getByRole("button", { name: "Refresh" }).click();
    await expect(card.getByText(/Sent|Waiting/)).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await admin.getByLabel("State").selectOption("parked");
  await expect(admin.getByText("Nothing was sent.")).toBeVisible();
  await isAccessible(admin);
});
