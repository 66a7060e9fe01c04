// Links: a manager merges two reports of the same, both sides say so, and it is undone.
import { expect } from "@playwright/test";
import { fresh, report, signIn, test } from "./people";
import { expectSound, make } from "./things";

test("a manager merges two reports by the keyboard, both say so, and undoes it", async ({ browser }) => {
  test.slow();
  const [page, rina, wayan] = await Promise.all([signIn(browser, "manager"), signIn(browser, "requester"), signIn(browser, "requester2")]);
  const [stays, goes] = [fresh("The lift stands"), fresh("Lift out of order")];
  const first = await report(rina, stays);
  const second = await report(wayan, goes);

  await page.goto(second);
  await page.getByRole("button", { name: "Link or merge" }).press("Enter");
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByLabel("This request …")).toBeFocused();
  await dialog.getByLabel("This request …").selectOption({ label: "is a duplicate of" });
  const field = dialog.getByRole("combobox", { name: "The other request" });
  await field.fill(stays);
  await expect(dialog.getByRole("listbox").getByRole("option")).toHaveCount(1);
  await field.press("Enter");
  await expect(dialog.getByRole("status")).toContainText(/closed as a duplicate.*sees MR-\d+/s);
  await expectSound(page);
  await dialog.getByRole("button", { name: "Merge" }).click();
  await expect(page.getByText("Merged into")).toBeVisible();
  await expect(page.getByText("Cancelled").first()).toBeVisible();
  await expect(page.locator("[data-kind=linked]")).toContainText(/merged it into MR-\d+/);
  await expectSound(page);

  // Whoever reported the same follows the other.
  await expect(wayan.getByText("Merged into")).toBeVisible();
  await wayan.getByText("Merged into").getByRole("link").click();
  await expect(wayan.getByRole("heading", { level: 1 })).toHaveText(stays);
  await wayan.getByRole("textbox", { name: "Comment" }).fill("It stands on the third floor.");
  await wayan.getByRole("button", { name: "Send" }).click();
  await expect(rina.getByText("It stands on the third floor.")).toBeVisible();
  await expect(rina.locator("[data-kind=linked]")).toContainText(/merged MR-\d+ into it/);
  await expect(rina.getByRole("list", { name: "Linked requests" })).toHaveCount(0);

  // The one that stays names its duplicate, and undoes the merge.
  await page.goto(first);
  const linked = page.locator("[data-link=has_duplicate]");
  await expect(linked).toContainText(goes);
  await expectSound(page);
  await linked.getByRole("button", { name: /Undo the merge/ }).click();
  await expect(linked).toHaveCount(0);
  await page.goto(second);
  await expect(page.getByText("Merged into")).toHaveCount(0);
  await expect(page.getByText("Submitted").first()).toBeVisible();
  await wayan.reload();
  await expect(wayan.getByText("There is nothing here that you can see.")).toBeVisible();
});

test("a technician relates two requests, and whose they are sees nothing of it", async ({ browser }) => {
  const [page, rina] = await Promise.all([signIn(browser, "tech"), signIn(browser, "requester")]);
  const other = (await make(rina, "/api/requests", { title: fresh("No water"), category: "plumbing", priority: "normal" })) as unknown as { number: string; title: string };
  const address = await report(rina, fresh("The pump is loud"));
  await page.goto(address);
  await page.getByRole("button", { name: "Link or merge" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByLabel("This request …").getByRole("option")).toHaveText(["relates to"]);
  await dialog.getByRole("combobox", { name: "The other request" }).fill(other.number);
  await dialog.getByRole("option", { name: other.title }).click();
  await dialog.getByRole("button", { name: "Link", exact: true }).click();
  await expect(page.locator("[data-link=relates]")).toContainText(other.title);
  await page.locator("[data-link=relates]").getByRole("link").click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(other.title);
  await page.getByRole("button", { name: /Remove the link with/ }).click();
  await expect(page.locator("[data-link=relates]")).toHaveCount(0);
  await rina.reload();
  await expect(rina.locator("[data-kind=created]")).toBeVisible();
  await expect(rina.locator("[data-kind=linked]")).toHaveCount(0);
});

test("a merge is made of what was seen: what others changed meanwhile is asked about in the dialog first", async ({ browser }) => {
  const [page, rina] = await Promise.all([signIn(browser, "manager"), signIn(browser, "requester")]);
  const stays = (await make(rina, "/api/requests", { title: fresh("Tap drips"), category: "plumbing", priority: "normal" })) as unknown as { number: string; title: string };
  const goes = await make(rina, "/api/requests", { title: fresh("Tap drips again"), category: "plumbing", priority: "normal" });
  // The manager's window hears of nothing by itself.
  await page.routeWebSocket(/\/live/, () => undefined);
  await page.goto(`/requests/${goes.id}`);
  await page.getByRole("button", { name: "Link or merge" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("This request …").selectOption({ label: "is a duplicate of" });
  await dialog.getByRole("combobox", { name: "The other request" }).fill(stays.number);
  await dialog.getByRole("option", { name: stays.title }).click();

  const edited = fresh("The whole bathroom is under water");
  const answer = await rina.request.patch(`/api/requests/${goes.id}`, { headers: { origin: new URL(rina.url()).origin }, data: { title: edited } });
  expect(answer.status(), await answer.text()).toBe(200);
  await dialog.getByRole("button", { name: "Merge" }).click();
  await expect(dialog.getByRole("alert").filter({ hasText: edited })).toBeVisible();
  await expect(page.getByText("Merged into")).toHaveCount(0);
  await dialog.getByRole("button", { name: "Merge" }).click();
  await expect(page.getByText("Merged into")).toBeVisible();
});
