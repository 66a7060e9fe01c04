// Places: the tree, the pages, and where a report is.
import { expect } from "@playwright/test";
import { fresh, keeping, signIn, test } from "./people";
import { expectSound, make } from "./things";

test("a manager makes a tree, moves a floor and merges two rooms", async ({ browser }) => {
  test.slow();
  const page = await signIn(browser, "manager");
  const site = fresh("Hotel");
  await page.goto("/places");
  await page.getByRole("button", { name: "New place" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill(site);
  await dialog.getByLabel("Kind").fill("site");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(site);
  await page.getByRole("button", { name: "New place in here" }).click();
  await dialog.getByLabel("Name").fill("Lantai 2");
  await expect(dialog.getByRole("combobox", { name: "In", exact: true })).toHaveValue(site);
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Lantai 2");
  const floor = page.url().split("/").at(-1)!;
  const [right, wrong] = [await make(page, "/api/locations", { name: "Kamar 201", parent_id: floor }), await make(page, "/api/locations", { name: "Room 201", parent_id: floor })];
  const report = fresh("The window does not close");
  const { id: request } = await make(page, "/api/requests", { title: report, category: "building", priority: "low", location_id: wrong.id });
  const headers = { origin: new URL(page.url()).origin };
  const { items: people } = await (await page.request.get("/api/users")).json();
  const { id: citra } = people.find(({ name }: { name: string }) => name === "Citra Dewi");
  for (const [step, data] of [["approve", {}], ["assign", { assignee_id: citra }]] as const) expect((await page.request.post(`/api/requests/${request}/${step}`, { headers, data })).status()).toBe(200);

  // The tree opens as one goes.
  await page.goto("/places");
  await page.getByRole("button", { name: `What is in ${site}` }).press("Enter");
  await page.getByRole("button", { name: "What is in Lantai 2" }).first().click();
  await expect(page.getByRole("listitem").filter({ hasText: site }).getByText("1 open").first()).toBeVisible();
  await page.getByRole("link", { name: "Room 201" }).first().click();
  await expect(page.getByText(report)).toBeVisible();
  await expect(page.getByRole("group", { name: "Who works here" }).getByRole("link")).toHaveText(/Citra Dewi$/);
  await expectSound(page);

  await page.getByRole("button", { name: "Merge" }).click();
  await dialog.getByRole("combobox").fill(`201 kamar ${site}`);
  await expect(dialog.getByRole("option")).toHaveCount(1);
  await page.keyboard.press("Enter");
  await expectSound(page);
  await dialog.getByRole("button", { name: "Merge" }).click();
  await expect(page).toHaveURL(new RegExp(right.id));
  await expect(page.getByText(report)).toBeVisible();

  // A floor moves to another site, and what is below it with it.
  const other = await make(page, "/api/locations", { name: fresh("Annex") });
  await page.goto(`/places/${floor}`);
  await page.getByRole("button", { name: "Edit" }).click();
  await dialog.getByRole("combobox", { name: "In", exact: true }).fill(other.name);
  await dialog.getByRole("option", { name: other.name }).click();
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("navigation", { name: "Where it is" })).toContainText(other.name);
  await page.goto(`/requests?location=${other.id}`);
  await expect(page.getByRole("link", { name: report })).toBeVisible();
  await expect(page.getByRole("button", { name: /Remove filter: .*Annex/ })).toBeVisible();

  await page.goto(`/places/${floor}`);
  await page.getByRole("button", { name: "Edit" }).click();
  await dialog.getByRole("button", { name: "Archive" }).click();
  await expect(page.getByText("Archived: nobody can name it any more.")).toBeVisible();
});

test("a requester says where, by the keyboard, and the lists know it", async ({ browser }) => {
  const [manager, page] = await Promise.all([signIn(browser, "manager"), signIn(browser, "requester")]);
  const site = await make(manager, "/api/locations", { name: fresh("Site") });
  const room = await make(manager, "/api/locations", { name: "Ruang rapat", parent_id: site.id });
  await page.goto("/places");
  await expect(page.getByRole("button", { name: "New place" })).toHaveCount(0);
  await page.goto("/new");
  const title = fresh("No light");
  await page.getByLabel("What is broken?").fill(title);
  await page.getByLabel("Category").selectOption("electrical");
  const where = page.getByRole("combobox", { name: /Where is it/ });
  // What was answered before is no answer to what is typed now: Enter takes nothing of it.
  await where.click();
  await expect(page.getByRole("listbox").getByRole("option").first()).toBeVisible();
  await where.fill("nowhere at all");
  await where.press("Enter");
  await expect(where).toHaveValue("nowhere at all");
  await where.fill(`rapat ${site.name}`);
  await expect(page.getByRole("listbox").getByRole("option")).toHaveCount(1);
  await where.press("Enter");
  await expect(where).toHaveValue(`${site.name} › Ruang rapat`);
  await expectSound(page);
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(title);
  const facts = page.getByRole("complementary", { name: "Details" });
  await expect(facts.getByRole("link", { name: "Ruang rapat" })).toBeVisible();
  // What was chosen lately comes first.
  await page.goto("/new");
  await page.getByRole("combobox", { name: /Where is it/ }).click();
  await expect(page.getByRole("listbox").getByRole("option").first()).toContainText("Ruang rapat");
  // It is called otherwise: the request tells it.
  await manager.request.patch(`/api/locations/${room.id}`, { headers: { origin: new URL(manager.url()).origin }, data: { name: "Ruang Melati" } });
  await manager.goto(`/requests?location=${site.id}`);
  await manager.getByRole("link", { name: title }).click();
  await expect(manager.locator("aside").getByRole("link", { name: "Ruang Melati" })).toBeVisible();
  await manager.keyboard.press("e");
  await manager.getByRole("dialog").getByRole("button", { name: "No place" }).click();
  await manager.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await expect(manager.getByRole("list").filter({ hasText: "Ruang rapat" }).last()).toBeVisible();
  await expect(manager.locator("aside").getByRole("link", { name: "Ruang Melati" })).toHaveCount(0);
});

test("without a network a report names a place that was seen lately", async ({ browser }) => {
  const page = await signIn(browser, "requester2", { ...keeping, viewport: { width: 360, height: 800 } });
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.goto("/new");
  const where = page.getByRole("combobox", { name: /Where is it/ });
  await where.click();
  await expect(page.getByRole("listbox").getByRole("option").first()).toBeVisible();
  await page.reload();
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);
  await page.context().setOffline(true);
  await page.reload();
  const title = fresh("The stairs are wet");
  await page.getByLabel("What is broken?").fill(title);
  await page.getByLabel("Category").selectOption("cleaning");
  await where.fill("annex hotel melati");
  const option = page.getByRole("listbox").getByRole("option").filter({ hasText: "Annex" }).first();
  await option.click();
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByRole("list", { name: /Reports/ }).getByText(title)).toBeVisible();
  await page.context().setOffline(false);
  await expect.poll(async () => {
    const { items } = await (await page.request.get(`/api/requests?q=${encodeURIComponent(title)}`)).json();
    return items[0]?.location?.name;
  }).toMatch(/Annex/);
});
