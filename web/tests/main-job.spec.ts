import { expect, type Page } from "@playwright/test";
import { fresh, noticed, report, signIn, test } from "./people";

const step = (page: Page, kind: string) => page.locator(`[data-kind=${kind}]`);

test("three people carry a request from the report to its end, each seeing the others live", async ({ browser }) => {
  const [requester, manager, tech] = await Promise.all([
    signIn(browser, "requester", { viewport: { width: 360, height: 740 } }), signIn(browser, "manager"), signIn(browser, "tech"),
  ]);
  const title = fresh("The tap drips");
  await manager.goto("/requests?sort=-created");
  await expect(manager.getByRole("table")).toBeVisible();
  const url = await report(requester, title);
  await manager.getByText(title).click();
  await tech.goto(url);
  await expect(tech.getByText("Live", { exact: true })).toBeVisible();

  await manager.getByRole("button", { name: "Approve" }).click();
  await expect(step(requester, "approved")).toBeVisible({ timeout: 1000 });
  await manager.getByRole("button", { name: "Assign" }).click();
  await manager.getByLabel("Who does the work?").selectOption({ label: "Citra Dewi (Technician)" });
  await manager.getByRole("dialog").getByRole("button", { name: "Assign" }).click();
  await expect(step(tech, "assigned")).toBeVisible({ timeout: 1000 });
  await noticed(tech);
  await tech.getByRole("button", { name: "Start work" }).click();
  await expect(step(requester, "started")).toBeVisible({ timeout: 1000 });

  await tech.getByText("Internal", { exact: true }).click();
  await tech.getByRole("textbox", { name: "Write an internal comment" }).fill("Only for us");
  await tech.getByRole("button", { name: "Send" }).click();
  await expect(step(manager, "commented").getByText("Only for us")).toBeVisible({ timeout: 1000 });

  await tech.getByRole("button", { name: "Complete" }).click();
  await tech.getByRole("dialog").getByLabel("What was done?").fill("A new washer");
  await tech.getByRole("dialog").getByRole("button", { name: "Complete" }).click();
  await expect(step(requester, "completed").getByText("A new washer")).toBeVisible({ timeout: 1000 });
  await expect(requester.getByText("Only for us")).toHaveCount(0);

  await noticed(requester);
  await requester.getByRole("button", { name: "Confirm and close" }).click();
  await requester.getByRole("dialog").getByRole("radio").nth(4).check({ force: true });
  await requester.getByRole("dialog").getByRole("button", { name: "Confirm and close" }).click();
  await expect(step(manager, "closed")).toBeVisible({ timeout: 1000 });
  await requester.reload();
  await expect(step(requester, "closed")).toBeVisible();
  await expect(requester.getByText("Only for us")).toHaveCount(0);
});

test("who gives work back says why, and everybody reads it", async ({ browser }) => {
  const [requester, tech] = await Promise.all([signIn(browser, "requester"), signIn(browser, "tech")]);
  const manager = await signIn(browser, "manager");
  const url = await report(requester, fresh("The lamp flickers"));
  await manager.goto(url);
  await manager.getByRole("button", { name: "Approve" }).click();
  await expect(step(manager, "approved")).toBeVisible();
  await tech.goto(url);
  await tech.getByRole("button", { name: "Take it" }).click();
  await tech.getByRole("button", { name: "Give it back" }).click();
  await tech.getByRole("dialog").getByLabel("Why?").fill("I have no ladder");
  await tech.getByRole("dialog").getByRole("button", { name: "Give it back" }).click();
  for (const page of [requester, manager, tech]) await expect(step(page, "released").getByText("I have no ladder")).toBeVisible();
  await expect(tech.getByRole("button", { name: "Take it" })).toBeVisible();
});

test("who was too late sees what changed, and keeps the words", async ({ browser }) => {
  const [requester, manager] = await Promise.all([signIn(browser, "requester"), signIn(browser, "manager")]);
  const url = await report(requester, fresh("The door sticks"));
  await requester.getByRole("button", { name: "Cancel request" }).click();
  await requester.getByRole("dialog").getByLabel("Why?").fill("It opened");
  await manager.goto(url);
  await manager.getByRole("button", { name: "Approve" }).click();
  await expect(step(manager, "approved")).toBeVisible();
  const dialog = requester.getByRole("dialog", { name: "Cancel request" });
  await expect(dialog.getByRole("alert")).toContainText("Approved");
  await expect(dialog.getByRole("alert")).toContainText("no longer possible");
  await expect(dialog.getByRole("button", { name: "Cancel request" })).toBeDisabled();
  await expect(dialog.getByLabel("Why?")).toHaveValue("It opened");
  await dialog.getByRole("button", { name: "Back" }).click();
  await expect(requester.getByRole("dialog")).toHaveCount(0);
});

for (const [what, title] of Object.entries({
  "an element": `<img src=x onerror="document.title='owned'"> ${Date.now()}`,
  "a right-to-left override": `\u202Egnp.exe ${Date.now()}`,
  "200 emoji": "🔥".repeat(200),
})) {
  test(`a hostile title is shown as what it is: ${what}`, async ({ browser }) => {
    const requester = await signIn(browser, "requester", { viewport: { width: 360, height: 740 } });
    // What only steers how others are shown was taken out.
    const shown = title.replaceAll("\u202E", "");
    await report(requester, title, shown);
    expect(await requester.locator("h1 *").count()).toBe(0);
    // What it says reaches neither the words beside it nor the page's width.
    await expect(requester.locator("h1")).toHaveCSS("unicode-bidi", "plaintext");
    const fits = () => requester.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
    expect(await fits()).toBe(true);
    await requester.goto("/requests?sort=-created");
    await expect(requester.getByRole("link", { name: shown, exact: true }).first()).toBeVisible();
    expect(await requester.title()).not.toContain("owned");
    expect(await fits()).toBe(true);
  });
}

test("a burst of new requests comes in whole, and pushes nothing away from somebody who reads further down", async ({ browser }) => {
  const [manager, requester] = await Promise.all([signIn(browser, "manager"), signIn(browser, "requester")]);
  const burst = async (word: string) => {
    const titles = Array.from({ length: 12 }, (_, index) => fresh(`${word} ${index}`));
    await Promise.all(titles.map((title) => requester.evaluate(async (title) => {
      const headers = { "content-type": "application/json", "idempotency-key": crypto.randomUUID() };
      const body = JSON.stringify({ title, description: "", category: "other", priority: "low" });
      const answer = await fetch("/api/requests", { method: "POST", headers, body });
      if (!answer.ok) throw new Error(await answer.text());
    }, title)));
    return titles;
  };
  await manager.goto("/requests?sort=-created");
  await expect(manager.getByRole("table")).toBeVisible();
  for (const title of await burst("Burst")) await expect(manager.getByRole("row").getByText(title, { exact: true })).toHaveCount(1);
  await expect(manager.getByRole("button", { name: /new request/ })).toHaveCount(0);

  await manager.setViewportSize({ width: 1280, height: 400 });
  const read = manager.locator("[data-index='9'] a");
  await read.scrollIntoViewIfNeeded();
  await manager.evaluate(() => scrollTo(0, 300));
  const before = { title: await read.textContent(), box: await read.boundingBox() };
  const waiting = await burst("Later");
  await expect(manager.getByRole("button", { name: "12 new requests" })).toBeVisible();
  expect({ title: await read.textContent(), box: await read.boundingBox() }).toEqual(before);
  await manager.getByRole("button", { name: "12 new requests" }).click();
  for (const title of waiting) await expect(manager.getByRole("row").getByText(title, { exact: true })).toHaveCount(1);
});

test("what comes to need somebody is on their page at once, also when it is older than what they see there", async ({ browser }) => {
  const [manager, requester, tech] = await Promise.all([signIn(browser, "manager"), signIn(browser, "requester"), signIn(browser, "tech2")]);
  const approve = async (url: string) => {
    await manager.goto(url);
    await manager.getByRole("button", { name: "Approve" }).click();
    await expect(step(manager, "approved")).toBeVisible();
  };
  const [older, newer] = [fresh("The older one"), fresh("The newer one")];
  // Due before what is there already.
  const reportUrgent = async (title: string) => {
    const headers = { origin: new URL(requester.url()).origin };
    const made = await requester.request.post("/api/requests", { headers, data: { title, category: "plumbing", priority: "urgent" } });
    return `/requests/${(await made.json()).id}`;
  };
  const [olderUrl, newerUrl] = [await reportUrgent(older), await reportUrgent(newer)];
  await approve(newerUrl);
  await tech.goto("/");
  const needs = tech.getByRole("region", { name: "Needs you now" });
  await expect(needs.getByText(newer)).toBeVisible();
  await approve(olderUrl);
  await expect(needs.getByText(older)).toBeVisible();
  const place = async (title: string) => (await needs.getByRole("listitem").allInnerTexts()).findIndex((text) => text.includes(title));
  await expect.poll(async () => (await place(older)) - (await place(newer))).toBe(-1);
});
