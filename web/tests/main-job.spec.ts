import { expect, type Page, test } from "@playwright/test";
import { fresh, report, signIn } from "./people";

const step = (page: Page, kind: string) => page.locator(`[data-kind=${kind}]`);

test("three people carry a request from the report to its end, each seeing the others live", async ({ browser }) => {
  const [requester, manager, tech] = await Promise.all([
    signIn(browser, "requester", { viewport: { width: 360, height: 740 } }), signIn(browser, "manager"), signIn(browser, "tech"),
  ]);
  const title = fresh("The tap drips");
  await manager.goto("/requests");
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

  await requester.getByRole("button", { name: "Confirm and close" }).click();
  await requester.getByRole("dialog").getByRole("radio").nth(4).check({ force: true });
  await requester.getByRole("dialog").getByRole("button", { name: "Confirm and close" }).click();
  await expect(step(manager, "closed")).toBeVisible({ timeout: 1000 });
  await requester.reload();
  await expect(step(requester, "closed")).toBeVisible();
  await expect(requester.getByText("Only for us")).toHaveCount(0);
});

test("who was too late sees what changed and chooses", async ({ browser }) => {
  const [requester, manager] = await Promise.all([signIn(browser, "requester"), signIn(browser, "manager")]);
  const url = await report(requester, fresh("The door sticks"));
  await requester.getByRole("button", { name: "Cancel request" }).click();
  await requester.getByRole("dialog").getByLabel("Why?").fill("It opened");
  await manager.goto(url);
  await manager.getByRole("button", { name: "Approve" }).click();
  await expect(step(manager, "approved")).toBeVisible();
  await requester.getByRole("dialog").getByRole("button", { name: "Cancel request" }).click();
  await expect(requester.getByRole("dialog", { name: "It has changed in the meantime" })).toContainText("Approved");
  await expect(requester.getByRole("dialog")).toContainText("no longer possible");
  await requester.getByRole("button", { name: "Leave it as it is" }).click();
  await expect(requester.getByRole("dialog")).toHaveCount(0);
});

test("a hostile title is shown as what it is", async ({ browser }) => {
  const requester = await signIn(browser, "requester", { viewport: { width: 360, height: 740 } });
  const title = `<img src=x onerror="document.title='owned'">\u202Egnp.exe ${"🔥".repeat(40)} ${Date.now()}`;
  await report(requester, title);
  expect(await requester.locator("h1 img").count()).toBe(0);
  await requester.goto("/requests");
  await expect(requester.getByText("onerror=").first()).toBeVisible();
  expect(await requester.title()).not.toContain("owned");
  expect(await requester.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
});
