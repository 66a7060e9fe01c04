// A technician without a network: what they did shows at once, goes on from there, and is sent in its order, once.
import { expect, type Page } from "@playwright/test";
import { choose, fresh, keeping, onDevice, report, signIn, test } from "./people";

const step = (page: Page, kind: string) => page.locator(`[data-kind=${kind}]`);
const waiting = (page: Page, kind: string) => page.locator(`[data-waiting=${kind}]`);
const dialog = (page: Page) => page.getByRole("dialog");
const state = (page: Page, words: string) => page.getByRole("banner").or(page.locator("header")).getByText(words, { exact: true });

/** A job that Citra has, as her manager made it. */
async function assigned(manager: Page, title: string): Promise<string> {
  // Urgent: near the top of what is due, however many jobs there are.
  const url = await report(manager, title, title, "Urgent");
  await manager.getByRole("button", { name: "Approve" }).click();
  await assign(manager, "Assign", /^Citra/);
  await expect(step(manager, "assigned")).toBeVisible();
  return url;
}

async function assign(page: Page, button: string, name: RegExp) {
  await page.getByRole("button", { name: button }).click();
  await choose(dialog(page).getByLabel("Who does the work?"), name);
  await dialog(page).getByRole("button", { name: button }).click();
}

async function comment(page: Page, words: string) {
  await page.getByRole("textbox", { name: "Write a comment" }).fill(words);
  await page.getByRole("button", { name: "Send" }).click();
}

test("a job is done in a basement: started, commented, completed, another one reported, with a reload in between", async ({ browser }) => {
  const [manager, tech] = await Promise.all([signIn(browser, "manager"), signIn(browser, "tech", { ...keeping, viewport: { width: 360, height: 740 } })]);
  const [title, found] = [fresh("The pump in the basement"), fresh("The stairs are wet")];
  const url = await assigned(manager, title);
  await tech.goto(url);
  await onDevice(tech);
  await expect(step(tech, "assigned")).toBeVisible();
  await tech.goto("/new");
  await expect(tech.getByLabel("What is broken?")).toBeVisible();
  const list = `/requests?q=${encodeURIComponent(title)}`;
  await tech.goto(list);
  const row = tech.getByRole("row").filter({ hasText: title });
  await expect(row).toBeVisible();
  await tech.goto(url);

  await tech.context().setOffline(true);
  await tech.getByRole("button", { name: "Start work" }).click();
  await expect(waiting(tech, "started")).toBeVisible();
  await expect(state(tech, "In progress")).toBeVisible();
  await expect(tech.getByRole("button", { name: "Start work" })).toHaveCount(0);
  await comment(tech, "The seal is gone");
  await expect(waiting(tech, "commented")).toHaveCount(1);
  await tech.reload();
  await expect(state(tech, "In progress")).toBeVisible();
  await comment(tech, "I have one in the car");
  await expect(waiting(tech, "commented")).toHaveCount(2);
  await tech.getByRole("button", { name: "Complete" }).click();
  await dialog(tech).getByLabel("What was done?").fill("A new seal");
  await dialog(tech).getByRole("button", { name: "Complete" }).click();
  await expect(waiting(tech, "completed").getByText("A new seal")).toBeVisible();
  await expect(state(tech, "Completed")).toBeVisible();
  await tech.getByRole("link", { name: "Report", exact: true }).click();
  await tech.getByLabel("What is broken?").fill(found);
  await tech.getByLabel("Category").selectOption("cleaning");
  await tech.getByRole("button", { name: "Send" }).click();
  await expect(tech.getByRole("list", { name: "Reports on this device" }).getByText(found)).toBeVisible();
  await expect(tech.getByRole("button", { name: "5 changes waiting" })).toBeVisible();
  await tech.goto(list);
  await expect(row.getByText("Waiting for a connection")).toBeVisible();

  await tech.context().setOffline(false);
  await expect(tech.getByRole("button", { name: /waiting/ })).toHaveCount(0);
  await expect(row).toBeVisible();
  await expect(row.getByText("Waiting for a connection")).toHaveCount(0);
  await tech.goto(`/requests?q=${encodeURIComponent(found)}`);
  await expect(tech.getByRole("row").getByText(found)).toHaveCount(1);
  await manager.goto(url);
  await expect(step(manager, "completed").getByText("A new seal")).toBeVisible();
  const kinds = await manager.locator("[data-kind]").evaluateAll((entries) => entries.map((entry) => entry.getAttribute("data-kind")));
  expect(kinds).toEqual(["created", "approved", "assigned", "started", "commented", "commented", "completed"]);
});

test("who lost the job meanwhile is told what happened, and goes on with the words", async ({ browser }) => {
  const [manager, tech] = await Promise.all([signIn(browser, "manager"), signIn(browser, "tech", keeping)]);
  const url = await assigned(manager, fresh("The fan in the basement"));
  await tech.goto(url);
  await expect(step(tech, "assigned")).toBeVisible();
  await tech.context().setOffline(true);
  await tech.getByRole("button", { name: "Start work" }).click();
  await expect(waiting(tech, "started")).toBeVisible();
  await tech.getByRole("button", { name: "Complete" }).click();
  await dialog(tech).getByLabel("What was done?").fill("Oiled the bearing");
  await dialog(tech).getByRole("button", { name: "Complete" }).click();
  await expect(waiting(tech, "completed")).toBeVisible();

  await assign(manager, "Reassign", /^Dimas/);
  await expect(step(manager, "assigned")).toHaveCount(2);
  await tech.context().setOffline(false);
  const refused = tech.getByRole("alert", { name: "This could not be carried out" });
  await expect(refused).toHaveCount(2);
  await expect(refused.last()).toContainText("Oiled the bearing");
  await expect(step(tech, "assigned").last()).toContainText("Dimas");
  expect(await step(tech, "started").count()).toBe(0);
  await refused.last().getByRole("button", { name: "Use the words in a comment" }).click();
  await expect(tech.getByRole("textbox", { name: "Write a comment" })).toHaveValue("Oiled the bearing");
  await tech.getByRole("button", { name: "Send" }).click();
  await expect(step(manager, "commented").getByText("Oiled the bearing")).toBeVisible();

  // What is thrown away can be had back.
  await refused.getByRole("button", { name: "Discard" }).click();
  await expect(refused).toHaveCount(0);
  await tech.getByRole("button", { name: "Undo" }).last().click();
  await expect(refused).toHaveCount(1);
  await refused.getByRole("button", { name: "Discard" }).click();
});

test("a report that is discarded without a network can be had back, and sending without one says so", async ({ browser }) => {
  const page = await signIn(browser, "requester", keeping);
  await page.goto("/new");
  await onDevice(page);
  await page.context().setOffline(true);
  const title = fresh("The door squeaks");
  await page.getByLabel("What is broken?").fill(title);
  await page.getByLabel("Category").selectOption("other");
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByRole("button", { name: "1 change waiting" }).click();
  await dialog(page).getByRole("button", { name: "Send now" }).click();
  await expect(dialog(page).getByRole("alert")).toContainText("still no connection");
  await dialog(page).getByRole("button", { name: "Discard" }).click();
  await dialog(page).getByRole("button", { name: "Close" }).click();
  await expect(page.getByRole("button", { name: /waiting/ })).toHaveCount(0);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("button", { name: "1 change waiting" })).toBeVisible();
  await page.context().setOffline(false);
  await expect(page.getByRole("button", { name: /waiting/ })).toHaveCount(0);
  await page.goto(`/requests?q=${encodeURIComponent(title)}`);
  await expect(page.getByRole("row").getByText(title)).toHaveCount(1);
});

test("what is assigned to somebody is on their device, with its timeline, before they ever opened it", async ({ browser }) => {
  const [manager, tech] = await Promise.all([signIn(browser, "manager"), signIn(browser, "tech", keeping)]);
  await tech.goto("/");
  await onDevice(tech);
  const title = fresh("Never opened");
  const url = await assigned(manager, title);
  const isKept = () => tech.evaluate((name) => new Promise((resolve) => {
    const opening = indexedDB.open("kept");
    opening.onsuccess = () => {
      const getting = opening.result.transaction("answers").objectStore("answers").get(name);
      getting.onsuccess = () => resolve(getting.result !== undefined);
    };
  }), `request ${new URL(url).pathname.split("/").at(-1)}`);
  await expect.poll(isKept).toBe(true);
  await tech.context().setOffline(true);
  await tech.goto(url);
  await expect(tech.getByRole("heading", { level: 1 })).toHaveText(title);
  await expect(step(tech, "assigned")).toBeVisible();
  await tech.getByRole("button", { name: "Start work" }).click();
  await expect(state(tech, "In progress")).toBeVisible();
  await tech.context().setOffline(false);
  await expect(step(manager, "started")).toBeVisible();
});

test("a request that is not on the device says so within the page, and comes when there is a network", async ({ browser }) => {
  const [manager, tech] = await Promise.all([signIn(browser, "manager"), signIn(browser, "tech", keeping)]);
  const title = fresh("Somebody else's");
  const url = await report(manager, title);
  await tech.goto("/");
  await onDevice(tech);
  await tech.context().setOffline(true);
  await tech.goto(url);
  await expect(tech.getByRole("heading", { level: 1 })).toHaveText("Something went wrong");
  await expect(tech.getByRole("main")).toHaveCount(1);
  await expect(tech.getByRole("button", { name: "Try again" })).toBeVisible();
  // It does not even have to be pressed.
  await tech.context().setOffline(false);
  await expect(tech.getByRole("heading", { level: 1 })).toHaveText(title);
});
