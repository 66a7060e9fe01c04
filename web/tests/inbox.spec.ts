// What people are told: live, once, in the app; and what they have read.
import { expect, type Page } from "@playwright/test";
import { choose, fresh, report, signIn, test } from "./people";

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
  await manager.getByRole("radio", { name: "Internal" }).check({ force: true });
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

test("one chooses what one is mailed about, and a request that is muted is not told", async ({ browser }) => {
  const [requester, manager] = await Promise.all([signIn(browser, "requester2", { viewport: { width: 360, height: 740 } }), signIn(browser, "manager")]);
  await requester.goto("/inbox");
  const started = requester.getByRole("dialog").getByRole("checkbox", { name: "Work begins" });
  await requester.getByRole("button", { name: "Mails to me" }).click();
  await expect(started).toBeVisible();
  const was = await started.isChecked();
  await started.setChecked(!was);
  await requester.getByRole("dialog").getByRole("button", { name: "Close" }).last().click();
  await requester.reload();
  await requester.getByRole("button", { name: "Mails to me" }).click();
  await expect(started).toBeChecked({ checked: !was });
  await started.setChecked(was);
  await requester.keyboard.press("Escape");

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
