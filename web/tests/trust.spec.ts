// A decision is made on what was seen, and nothing that was typed is lost.
import { expect, type Page } from "@playwright/test";
import { choose, fresh, noticed, report, signIn, test } from "./people";

const step = (page: Page, kind: string) => page.locator(`[data-kind=${kind}]`);
const dialog = (page: Page, name?: string) => page.getByRole("dialog", { name });

test("a rejection of what has been corrected meanwhile asks first, and says what changed", async ({ browser }) => {
  const [requester, manager] = await Promise.all([signIn(browser, "requester"), signIn(browser, "manager")]);
  const title = fresh("Cancel race");
  await manager.goto(await report(requester, title));
  await manager.getByRole("button", { name: "Reject" }).click();
  await dialog(manager).getByLabel("Why?").fill("Not ours");

  await requester.getByRole("button", { name: "Edit request" }).click();
  await dialog(requester).getByLabel("What is broken?").fill(`${title}: gas leak, people feel sick`);
  await dialog(requester).getByRole("button", { name: "Save" }).click();
  await expect(dialog(requester)).toHaveCount(0);

  await expect(dialog(manager, "Reject").getByRole("alert")).toContainText("gas leak");
  await dialog(manager).getByRole("button", { name: "Reject" }).click();
  const asked = dialog(manager, "It has changed in the meantime");
  await expect(asked).toContainText("gas leak");
  await expect(asked).toContainText("Not ours");
  expect(await step(manager, "rejected").count()).toBe(0);
  await asked.getByRole("button", { name: "Leave it as it is" }).click();
  // The words are there again.
  await manager.getByRole("button", { name: "Reject" }).click();
  await expect(dialog(manager).getByLabel("Why?")).toHaveValue("Not ours");
  await dialog(manager).getByRole("button", { name: "Reject" }).click();
  await expect(step(requester, "rejected")).toContainText("Not ours");
});

test("what the page could not know is asked about by the server, and the words are kept", async ({ browser }) => {
  const [requester, manager] = await Promise.all([signIn(browser, "requester"), signIn(browser, "manager")]);
  const title = fresh("Behind a deaf line");
  const url = await report(requester, title);
  // A connection that says nothing, as behind some proxies.
  await manager.routeWebSocket(/\/live/, () => undefined);
  await manager.goto(url);
  await expect(step(manager, "created")).toBeVisible();
  await requester.getByRole("button", { name: "Edit request" }).click();
  await dialog(requester).getByLabel("What is broken?").fill(`${title}: smoke`);
  await dialog(requester).getByRole("button", { name: "Save" }).click();
  await expect(dialog(requester)).toHaveCount(0);

  await manager.getByRole("button", { name: "Reject" }).click();
  await dialog(manager).getByLabel("Why?").fill("Not ours either");
  await dialog(manager).getByRole("button", { name: "Reject" }).click();
  await expect(dialog(manager, "It has changed in the meantime")).toContainText("Not ours either");
  await dialog(manager).getByRole("button", { name: "Leave it as it is" }).click();
  await expect(manager.getByRole("heading", { level: 1 })).toContainText("smoke");
  await manager.getByRole("button", { name: "Reject" }).click();
  await expect(dialog(manager).getByLabel("Why?")).toHaveValue("Not ours either");
  await dialog(manager).getByRole("button", { name: "Reject" }).click();
  await expect(step(requester, "rejected")).toContainText("Not ours either");
  await manager.reload();
  await expect(step(manager, "rejected")).toBeVisible();
});

test("an assignment never takes a job that somebody else got meanwhile without a word", async ({ browser }) => {
  const [manager, admin] = await Promise.all([signIn(browser, "manager"), signIn(browser, "admin")]);
  const url = await report(manager, fresh("Two managers"));
  await manager.getByRole("button", { name: "Approve" }).click();
  await expect(step(manager, "approved")).toBeVisible();
  await admin.goto(url);
  const assign = async (page: Page, name: RegExp) => {
    await page.getByRole("button", { name: "Assign" }).click();
    await choose(dialog(page).getByLabel("Who does the work?"), name);
  };
  await assign(manager, /^Citra/);
  await assign(admin, /^Dimas/);
  await dialog(admin).getByRole("button", { name: "Assign" }).click();
  await expect(step(admin, "assigned")).toHaveCount(1);

  await expect(dialog(manager, "Assign").getByRole("alert")).toContainText("Dimas");
  await dialog(manager).getByRole("button", { name: "Assign" }).click();
  await expect(dialog(manager, "It has changed in the meantime")).toContainText("Dimas");
  await noticed(admin);
  expect(await step(admin, "assigned").count()).toBe(1);
  await dialog(manager).getByRole("button", { name: "Leave it as it is" }).click();
  await expect(dialog(manager)).toHaveCount(0);
  expect(await step(manager, "assigned").count()).toBe(1);
});

test("a step by keyboard counts for what was there when its button got the focus", async ({ browser }) => {
  const [requester, manager] = await Promise.all([signIn(browser, "requester"), signIn(browser, "manager")]);
  const title = fresh("The tap runs");
  await manager.goto(await report(requester, title));
  await manager.getByRole("button", { name: "Approve" }).focus();
  await requester.getByRole("button", { name: "Edit request" }).click();
  await dialog(requester).getByLabel("What is broken?").fill(`${title} and the floor is wet`);
  await dialog(requester).getByRole("button", { name: "Save" }).click();
  await expect(manager.getByRole("heading", { level: 1 })).toContainText("floor is wet");
  await manager.keyboard.press("Enter");
  await expect(dialog(manager, "It has changed in the meantime")).toContainText("floor is wet");
  await noticed(manager);
  await dialog(manager).getByRole("button", { name: "Approve all the same" }).click();
  await expect(step(requester, "approved")).toBeVisible();
});

test("a press in the moment in which something changes asks first", async ({ browser }) => {
  const [requester, manager] = await Promise.all([signIn(browser, "requester"), signIn(browser, "manager")]);
  await manager.goto(await report(requester, fresh("The bulb is out")));
  await manager.evaluate(() => {
    new MutationObserver((_, observer) => {
      if (!document.querySelector("h1")?.textContent?.includes("danger")) return;
      observer.disconnect();
      [...document.querySelectorAll("button")].find((button) => button.textContent === "Approve")?.click();
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
  });
  await requester.getByRole("button", { name: "Edit request" }).click();
  await dialog(requester).getByLabel("What is broken?").fill("A bare wire: danger");
  await dialog(requester).getByRole("button", { name: "Save" }).click();
  await expect(dialog(manager, "It has changed in the meantime")).toContainText("bare wire");
  expect(await step(requester, "approved").count()).toBe(0);
});

test("selecting text, a click beside, Escape, Back and a reload do not cost the words of a step", async ({ browser }) => {
  const manager = await signIn(browser, "manager");
  await manager.goto("/requests");
  await report(manager, fresh("The pump rattles"));
  const open = () => manager.getByRole("button", { name: "Reject" }).click();
  const field = dialog(manager).getByLabel("Why?");
  await open();
  await field.fill("Written with care");

  const box = (await field.boundingBox())!;
  await manager.mouse.move(box.x + 60, box.y + 15);
  await manager.mouse.down();
  await manager.mouse.move(20, 20, { steps: 4 });
  await manager.mouse.up();
  await expect(field).toHaveValue("Written with care");
  await manager.mouse.click(20, 20);
  await expect(field).toHaveValue("Written with care");

  for (const leave of [() => manager.keyboard.press("Escape"), () => manager.goBack().then(() => manager.goForward()), () => manager.reload()]) {
    await leave();
    await expect(dialog(manager)).toHaveCount(0);
    await open();
    await expect(field).toHaveValue("Written with care");
  }
  await dialog(manager).getByRole("button", { name: "Throw away" }).click();
  await open();
  await expect(field).toHaveValue("");
  // Without words, a click beside closes it.
  await manager.mouse.click(20, 20);
  await expect(dialog(manager)).toHaveCount(0);
});

test("a comment that was begun is there after another page and a reload, and is gone once it is sent", async ({ browser }) => {
  const page = await signIn(browser, "requester");
  const url = await report(page, fresh("The gutter is full"));
  const field = page.getByRole("textbox", { name: "Write a comment" });
  await field.fill("Half a sentence");
  await page.getByRole("link", { name: "Requests" }).first().click();
  await page.goto(url);
  await expect(field).toHaveValue("Half a sentence");
  await page.reload();
  await expect(field).toHaveValue("Half a sentence");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(step(page, "commented")).toHaveCount(1);
  await page.reload();
  await expect(step(page, "commented")).toHaveCount(1);
  await expect(field).toHaveValue("");
});

test("an edit that was begun is there again, and what others corrected meanwhile beside it", async ({ browser }) => {
  const [requester, manager] = await Promise.all([signIn(browser, "requester"), signIn(browser, "manager")]);
  const title = fresh("The shelf");
  const url = await report(requester, title);
  await requester.getByRole("button", { name: "Edit request" }).click();
  await dialog(requester).getByLabel("What is broken?").fill(`${title} leans`);
  await requester.keyboard.press("Escape");
  await manager.goto(url);
  await manager.getByRole("button", { name: "Edit request" }).click();
  await dialog(manager).getByLabel("What is broken?").fill(`${title} fell`);
  await dialog(manager).getByRole("button", { name: "Save" }).click();
  await expect(requester.getByRole("heading", { level: 1 })).toHaveText(`${title} fell`);

  await requester.reload();
  await requester.getByRole("button", { name: "Edit request" }).click();
  await expect(dialog(requester).getByLabel("What is broken?")).toHaveValue(`${title} leans`);
  await dialog(requester).getByRole("button", { name: "Save" }).click();
  await expect(dialog(requester)).toContainText(`${title} fell`);
  await expect(dialog(requester)).not.toContainText("id 01");
  await dialog(requester).getByRole("button", { name: "Keep mine" }).click();
  await expect(manager.getByRole("heading", { level: 1 })).toHaveText(`${title} leans`);
});

test("what is sent after the session has ended is kept, and sent by whoever wrote it alone", async ({ browser }) => {
  const page = await signIn(browser, "requester");
  const url = await report(page, fresh("The lock is stiff"));
  await page.getByRole("textbox", { name: "Write a comment" }).fill("Said too late");
  await page.context().clearCookies();
  await page.getByRole("button", { name: "Send" }).click();
  await page.waitForURL(/sign-in/);
  const enter = async (who: string) => {
    await page.locator("input[autocomplete^=username]").fill(`${who}@cepatedge.test`);
    await page.locator("input[autocomplete=current-password]").fill("cepatedge-demo");
    await page.locator("button[type=submit]").click();
    await page.waitForURL((where) => !where.pathname.startsWith("/sign-in"));
  };
  await enter("manager");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await page.goto(url);
  await expect(step(page, "created")).toBeVisible();
  expect(await page.getByText("Said too late").count()).toBe(0);
  await page.context().clearCookies();
  await page.goto("/sign-in");
  await enter("requester");
  await page.goto(url);
  await expect(step(page, "commented")).toHaveCount(1);
  await expect(page.getByRole("textbox", { name: "Write a comment" })).toHaveValue("");
});

test("two windows with a new request each have a draft of their own", async ({ browser }) => {
  const first = await signIn(browser, "requester2");
  await first.goto("/new");
  const second = await first.context().newPage();
  await second.goto("/new");
  const [one, other] = [fresh("From the first window"), fresh("From the second")];
  await first.getByLabel("What is broken?").fill(one);
  await second.getByLabel("What is broken?").fill(other);
  await second.getByLabel("Category").selectOption("other");
  await second.getByRole("button", { name: "Send" }).click();
  await expect(second.getByRole("heading", { level: 1 })).toHaveText(other);
  await first.reload();
  await expect(first.getByLabel("What is broken?")).toHaveValue(one);
  await first.getByRole("button", { name: "Throw away" }).click();
  await expect(first.getByLabel("What is broken?")).toHaveValue("");
});

test("signing out in one window empties the other", async ({ browser }) => {
  const first = await signIn(browser, "requester");
  const title = fresh("Nobody else's business");
  const url = await report(first, title);
  const second = await first.context().newPage();
  await second.goto(url);
  await expect(second.getByRole("heading", { level: 1 })).toHaveText(title);
  await first.goto("/me");
  await first.getByRole("button", { name: "Sign out", exact: true }).click();
  await second.waitForURL(/sign-in/);
  await expect(second.getByText(title)).toHaveCount(0);
});
