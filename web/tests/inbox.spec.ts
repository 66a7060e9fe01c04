// What people are told: live, once, in the app; and what they have read.
import { expect, type Page } from "@playwright/test";
import { choose, fresh, report, signIn, test } from "./people";
import { expectSoundHere as expectSound } from "./sound";

const row = (page: Page, title: string) => page.getByRole("main").getByRole("listitem").filter({ hasText: title });
const unread = (page: Page) => page.getByRole("navigation", { name: "Main" }).first().getByText(/\d+ unread/);

test("a technician hears of work at once, opens it from the inbox, and it counts as read", async ({ browser }) => {
  const [manager, tech] = await Promise.all([signIn(browser, "manager"), signIn(browser, "tech")]);
  const title = fresh("The boiler ticks");
  const url = await report(manager, title);
  await tech.goto("/inbox");
  await expect(tech.getByRole("heading", { level: 1 })).toHaveText("Inbox");
  await manager.getByRole("button", { name: "Approve" }).click();
  await manager.getByRole("button", { name: "Assign" }).click();
  await choose(manager.getByRole("dialog").getByLabel("Who does the work?"), /^Citra/);
  await manager.getByRole("dialog").getByRole("button", { name: "Assign" }).click();

  // Nothing has to be pressed.
  await expect(row(tech, title)).toContainText("Budi Santoso assigned it to you");
  await expect(row(tech, title)).toContainText("The work is yours");
  await expect(unread(tech)).toBeVisible();
  const before = Number((await unread(tech).textContent())!.split(" ")[0]);
  await row(tech, title).getByRole("link").click();
  await expect(tech).toHaveURL(new RegExp(`^${url}#event-`));
  await expect(tech.getByRole("heading", { level: 1 })).toHaveText(title);
  await tech.goBack();
  await expect(row(tech, title).getByText("New:")).toHaveCount(0);
  if (before > 1) await expect(unread(tech)).toHaveText(`${before - 1} unread`);
  else await expect(unread(tech)).toHaveCount(0);
  // Whoever did it is not told.
  await manager.goto("/inbox");
  await expect(manager.getByRole("heading", { level: 1 })).toHaveText("Inbox");
  await expect(row(manager, title)).toHaveCount(0);
});

test("the requester is asked to confirm what is done, and reads no internal word", async ({ browser }) => {
  const [requester, manager] = await Promise.all([signIn(browser, "requester"), signIn(browser, "manager", { viewport: { width: 360, height: 740 } })]);
  const title = fresh("The lamp flickers");
  const url = await report(requester, title);
  await manager.goto(url);
  await manager.getByRole("button", { name: "Approve" }).click();
  await manager.locator("label", { hasText: "Internal" }).click();
  await manager.getByRole("textbox").fill("They break everything");
  await manager.getByRole("button", { name: "Send" }).click();
  await expect(manager.locator("[data-kind=commented]")).toBeVisible();
  await manager.getByRole("radio", { name: "Public" }).check({ force: true });
  await manager.getByRole("textbox").fill("We come tomorrow");
  await manager.getByRole("button", { name: "Send" }).click();
  await requester.goto("/inbox");
  await expect(row(requester, title).first()).toContainText("We come tomorrow");
  await expect(row(requester, title)).toHaveCount(2);
  await expect(requester.getByText("They break everything")).toHaveCount(0);

  // All of it is read in one press; what came meanwhile is not.
  await requester.getByRole("button", { name: "Unread" }).click();
  await requester.getByRole("button", { name: "Mark all as read" }).click();
  await expect(unread(requester)).toHaveCount(0);
  await requester.reload();
  await expect(requester.getByText("Everything is read.")).toBeVisible();
  await manager.getByRole("textbox").fill("At nine");
  await manager.getByRole("button", { name: "Send" }).click();
  await expect(row(requester, title)).toContainText("At nine");
  await row(requester, title).getByRole("button", { name: "Mark as read" }).click();
  await expect(unread(requester)).toHaveCount(0);
});

test("one chooses what one is told by which way, by keyboard too, but not to be left in the dark about one's account", async ({ browser }) => {
  const page = await signIn(browser, "requester2", { viewport: { width: 360, height: 740 } });
  await page.goto("/inbox");
  await page.getByRole("link", { name: "What I am told" }).click();
  const box = (kind: string, way: string) => page.getByRole("checkbox", { name: `${kind}: ${way}` });
  const started = box("Work begins", "Mail");
  await expect(started).toBeVisible();
  const was = await started.isChecked();
  const saved = () => page.waitForResponse((response) => response.url().endsWith("/api/me/notifications") && response.request().method() === "PUT");
  await Promise.all([saved(), started.focus().then(() => page.keyboard.press("Space"))]);
  await page.reload();
  await expect(started).toBeChecked({ checked: !was });
  await expect(box("Work begins", "App")).toBeChecked();
  await Promise.all([saved(), started.setChecked(was)]);
  for (const way of ["App", "Mail"]) {
    await expect(box("A sign-in on a new device", way)).toBeDisabled();
    await expect(box("A sign-in on a new device", way)).toBeChecked();
  }
  await expect(box("My role is changed", "Mail")).toBeEnabled();
  await expect(page.getByText("must not be able to silence that")).toBeVisible();
  await expectSound(page);
});

test("one chooses quiet hours and a weekly mail, and they are there again", async ({ browser }) => {
  const page = await signIn(browser, "tech2", { viewport: { width: 1280, height: 900 }, timezoneId: "Asia/Makassar" });
  await page.goto("/me/notices");
  await page.getByLabel("Mails", { exact: true }).selectOption("weekly");
  await page.getByLabel("Day", { exact: true }).selectOption("friday");
  await page.getByLabel("Hour", { exact: true }).selectOption("6");
  await page.getByLabel("No mails in quiet hours").setChecked(true);
  await page.getByLabel("From", { exact: true }).fill("22:00");
  await page.getByLabel("To", { exact: true }).fill("22:00");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("They end at another time than they begin.")).toBeVisible();
  await page.getByLabel("To", { exact: true }).fill("06:30");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved", { exact: true })).toBeVisible();
  await page.reload();
  await expect(page.getByLabel("Mails", { exact: true })).toHaveValue("weekly");
  await expect(page.getByLabel("Day", { exact: true })).toHaveValue("friday");
  await expect(page.getByLabel("To", { exact: true })).toHaveValue("06:30");
  await expectSound(page);
  // As it was.
  await page.getByLabel("Mails", { exact: true }).selectOption("at_once");
  await page.getByLabel("No mails in quiet hours").setChecked(false);
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved", { exact: true })).toBeVisible();
});

test("who watches a request is told why they hear of it", async ({ browser }) => {
  const [requester, tech, manager] = await Promise.all([signIn(browser, "requester"), signIn(browser, "tech2"), signIn(browser, "manager")]);
  const title = fresh("The pump is loud");
  const url = await report(requester, title);
  await expect(requester.getByRole("button", { name: "Watch this request" })).toHaveCount(0);
  await tech.goto(url);
  await tech.getByRole("button", { name: "Watch this request" }).click();
  await expect(tech.getByRole("button", { name: "Stop watching" })).toBeVisible();
  await manager.goto(url);
  await manager.getByRole("textbox", { name: "Write a comment" }).fill("For everybody");
  await manager.getByRole("button", { name: "Send" }).click();
  await tech.goto("/inbox");
  await expect(row(tech, title)).toContainText("You watch it");
  await tech.goto(url);
  await tech.getByRole("button", { name: "Stop watching" }).click();
  await expect(tech.getByRole("button", { name: "Watch this request" })).toBeVisible();
});

test("a request that is muted is not told", async ({ browser }) => {
  const [requester, manager] = await Promise.all([signIn(browser, "requester2", { viewport: { width: 360, height: 740 } }), signIn(browser, "manager")]);
  const title = fresh("The fan hums");
  const url = await report(requester, title);
  await requester.getByRole("button", { name: "Tell me nothing more of this" }).click();
  await expect(requester.getByRole("button", { name: "Tell me of this again" })).toBeVisible();
  await manager.goto(url);
  await manager.getByRole("textbox", { name: "Write a comment" }).fill("Not told");
  await manager.getByRole("button", { name: "Send" }).click();
  await expect(requester.locator("[data-kind=commented]")).toBeVisible();
  await requester.getByRole("button", { name: "Tell me of this again" }).click();
  await expect(requester.getByRole("button", { name: "Tell me nothing more of this" })).toBeVisible();
  await manager.getByRole("textbox", { name: "Write a comment" }).fill("Told");
  await manager.getByRole("button", { name: "Send" }).click();
  await requester.goto("/inbox");
  await expect(row(requester, title)).toHaveCount(1);
  await expect(row(requester, title)).toContainText("Told");
});

test("a link that ends mails and is none of ours says so, and where to choose", async ({ page }) => {
  await page.goto("/unsubscribe#u=0190a5b8-0000-7000-8000-000000000001&k=commented&t=0");
  await page.getByRole("button", { name: "End these mails" }).click();
  await expect(page.getByText("This link is not known.")).toBeVisible();
  await page.goto("/unsubscribe");
  await expect(page.getByText("This link is not known.")).toBeVisible();
});
