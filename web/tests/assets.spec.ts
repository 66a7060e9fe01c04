// Assets: made, found, and what somebody who reports is told of the thing.
import { expect } from "@playwright/test";
import { fresh, signIn, test } from "./people";
import { expectSound, make } from "./things";

test("a thing is made with fields of one's own, and its states are kept", async ({ browser }) => {
  const page = await signIn(browser, "manager");
  const name = fresh("Pompa");
  await page.goto("/assets");
  await page.getByRole("button", { name: "New asset" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name", { exact: true }).fill(name);
  await dialog.getByLabel("Category").fill("Pump");
  await dialog.getByLabel("Warranty until").fill("2020-01-31");
  await dialog.getByRole("button", { name: "Add a field" }).click();
  await dialog.getByLabel("Field", { exact: true }).fill("Flow");
  await dialog.getByLabel("Value", { exact: true }).fill("17.5");
  await expectSound(page);
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);
  await expect(page.getByText("17.5")).toBeVisible();
  await expect(page.getByText("Out of warranty")).toBeVisible();
  await page.getByRole("button", { name: "Edit" }).click();
  await dialog.getByLabel("State").selectOption("out_of_service");
  await dialog.getByLabel("Why (for the history)").fill("The seal leaks.");
  await dialog.getByRole("button", { name: "Save" }).click();
  for (const part of ["States", "Downtime"]) await expect(page.getByRole("region", { name: part }).getByText("The seal leaks.")).toBeVisible();
  await expectSound(page);
  await page.goto("/assets");
  await page.getByRole("searchbox").fill(name);
  await expect(page.getByRole("link", { name })).toBeVisible();
  await expect(page.getByRole("listitem").filter({ hasText: name })).toContainText("Out of service");
});

test("who reports about a thing is told what is open about it, and may join that", async ({ browser }) => {
  const [manager, tech] = await Promise.all([signIn(browser, "manager"), signIn(browser, "tech")]);
  const place = await make(manager, "/api/locations", { name: fresh("Plant room") });
  const asset = await make(manager, "/api/assets", { name: fresh("Lift"), location_id: place.id, warranty_until: "2020-01-31" });
  const title = fresh("It stops between floors");
  await make(manager, "/api/requests", { title, category: "lift", priority: "high", asset_id: asset.id });
  await tech.goto("/new");
  await tech.getByLabel("What is broken?").fill("The lift stands");
  await tech.getByLabel("Category").selectOption("lift");
  await tech.getByRole("combobox", { name: /Which thing is it/ }).fill(asset.name);
  await tech.getByRole("option", { name: asset.name }).click();
  // The thing brings its place.
  await expect(tech.getByRole("combobox", { name: /Where is it/ })).toHaveValue(place.name);
  const hint = tech.getByRole("region", { name: "Is it the same?" });
  await expect(hint).toContainText(title);
  await expect(hint).toContainText("Out of warranty since 2020-01-31");
  const [same, other] = [await hint.getByRole("button", { name: "Mine is the same" }).boundingBox(), await hint.getByRole("button", { name: "Mine is new" }).boundingBox()];
  expect(other!.width).toBeGreaterThan(same!.width);
  await expectSound(tech);
  await hint.getByRole("button", { name: "Mine is the same" }).click();
  await expect(tech.getByRole("heading", { level: 1 })).toHaveText(title);
  await tech.goto("/new");
  await expect(tech.getByLabel("What is broken?")).toHaveValue("");
});
