// Things that stand still: said in a report, ended by whoever mends them, and told on the page of the thing. And what is to be known of
// a thing by its category: set by an administrator, asked for when it is made.
import { expect } from "@playwright/test";
import { fresh, signIn, test } from "./people";
import { expectSound, make } from "./things";

test("a report says that a thing stands still, a technician that it runs, and its page what that comes to", async ({ browser }) => {
  const [manager, requester, tech] = await Promise.all([signIn(browser, "manager"), signIn(browser, "requester"), signIn(browser, "tech")]);
  const asset = await make(manager, "/api/assets", { name: fresh("Lift") });
  const title = fresh("It does not move");
  await requester.goto("/new");
  await requester.getByLabel("What is broken?").fill(title);
  await requester.getByLabel("Category").selectOption("lift");
  // Nothing is asked of what is not known.
  await expect(requester.getByLabel("It stands still")).toHaveCount(0);
  await requester.getByRole("combobox", { name: /Which thing is it/ }).fill(asset.name);
  await requester.getByRole("option", { name: asset.name }).click();
  const box = requester.getByLabel("It stands still");
  await box.focus();
  await requester.keyboard.press("Space");
  const since = requester.getByLabel("Stands still since");
  const now = await since.inputValue();
  expect(now).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d$/);
  // What is no time yet is told in its place, and nothing is lost.
  await since.fill(`${Number(now.slice(0, 4)) + 1}${now.slice(4)}`);
  await requester.getByRole("button", { name: "Send" }).click();
  await expect(requester.getByText("This time has not come yet.").first()).toBeVisible();
  await expect(requester.getByLabel("What is broken?")).toHaveValue(title);
  // A draft keeps it.
  await since.fill(`${Number(now.slice(0, 4)) - 1}${now.slice(4)}`);
  await expectSound(requester);
  // Once the page knows what the server has: what is sent before that is taken for another device's.
  await Promise.all([requester.waitForResponse(/\/api\/me\/drafts$/), requester.reload()]);
  await expect(since).toHaveValue(`${Number(now.slice(0, 4)) - 1}${now.slice(4)}`);
  await requester.getByRole("button", { name: "Send" }).click();
  await expect(requester.getByRole("heading", { level: 1 })).toHaveText(title);
  await expect(requester.getByRole("region", { name: "Downtime" })).toContainText("Stands still since");
  const url = requester.url();

  await manager.goto("/assets");
  await manager.getByRole("searchbox").fill(asset.name);
  await expect(manager.getByRole("listitem").filter({ hasText: asset.name })).toContainText("Stands still");

  await tech.goto(url);
  const told = tech.getByRole("region", { name: "Downtime" });
  await told.getByRole("button", { name: "It runs again" }).click();
  await expectSound(tech);
  await told.getByRole("button", { name: "Save" }).click();
  await expect(told).toHaveCount(0);
  await expect(tech.getByText(/Runs again since/).first()).toBeVisible();

  await tech.goto(`/assets/${asset.id}`);
  const part = tech.getByRole("region", { name: "Downtime" });
  await expect(part.getByRole("link", { name: title })).toBeVisible();
  await expect(part).toContainText("Availability");
  await expect(part.getByText("still", { exact: true })).toHaveCount(0);
  await expectSound(tech);
  // Somebody else reads when, and not of what.
  const other = await signIn(browser, "requester2");
  await other.goto(`/assets/${asset.id}`);
  await expect(other.getByRole("region", { name: "Downtime" })).toContainText("A request");
  await expect(other.getByText(title)).toHaveCount(0);
});

test("whoever corrects a report says when it ran again, and takes back that it stood still", async ({ browser }) => {
  const manager = await signIn(browser, "manager", { viewport: { width: 360, height: 800 }, locale: "id-ID" });
  const asset = await make(manager, "/api/assets", { name: fresh("Pompa") });
  const since = new Date(Date.now() - 7_200_000).toISOString();
  const request = await make(manager, "/api/requests", { title: fresh("Mati"), category: "other", priority: "low", asset_id: asset.id, down_since: since });
  await manager.goto(`/requests/${request.id}`);
  await expect(manager.getByRole("region", { name: "Waktu henti" })).toContainText("Berhenti sejak");
  await manager.getByRole("button", { name: "Ubah permintaan" }).click();
  const dialog = manager.getByRole("dialog");
  await dialog.getByLabel("Sudah jalan lagi").check();
  const until = dialog.getByLabel("Jalan lagi sejak");
  await until.fill("2020-01-01T08:00");
  await dialog.getByRole("button", { name: "Simpan" }).click();
  await expect(dialog.getByText("Alat tidak mungkin jalan lagi sebelum berhenti.").first()).toBeVisible();
  await dialog.getByLabel("Alatnya berhenti").uncheck();
  await expect(until).toHaveCount(0);
  await dialog.getByRole("button", { name: "Simpan" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(manager.getByRole("region", { name: "Waktu henti" })).toHaveCount(0);
});

test("an administrator says what is to be known of a category, and whoever makes such a thing is asked for it", async ({ browser }) => {
  const [admin, manager] = await Promise.all([signIn(browser, "admin"), signIn(browser, "manager")]);
  const name = fresh("Pump");
  await admin.goto("/system/settings");
  const edit = admin.getByRole("button", { name: "Edit: Fields of assets" });
  // By the keyboard alone.
  await edit.focus();
  await admin.keyboard.press("Enter");
  await admin.getByRole("button", { name: "Add a category" }).focus();
  await admin.keyboard.press("Enter");
  await expect(admin.getByRole("textbox", { name: "Name of the category" }).last()).toBeFocused();
  await admin.keyboard.type(name);
  const group = admin.getByRole("group", { name });
  const add = async (field: string, kind: string) => {
    await group.getByRole("button", { name: "Add a field" }).focus();
    await admin.keyboard.press("Enter");
    await expect(group.getByRole("textbox", { name: "Name of the field" }).last()).toBeFocused();
    await admin.keyboard.type(field);
    await group.getByRole("combobox", { name: new RegExp(`Kind of .?${field}`) }).selectOption(kind);
  };
  await add("Flow", "number");
  await group.getByRole("textbox", { name: /Unit of .?Flow/ }).fill("m³/h");
  await group.getByRole("checkbox", { name: /Flow.? is needed/ }).check();
  await add("Drive", "choice");
  const save = admin.getByRole("button", { name: "Save" });
  await save.click();
  await expect(admin.getByRole("alert")).toContainText("A name or the choices are missing.");
  await group.getByRole("textbox", { name: /Choices of .?Drive/ }).fill("electric\ndiesel");
  await add("Inspected", "date");
  await add("Spare", "yes_no");
  await group.getByRole("button", { name: /Move .?Spare.? up/ }).click();
  await expectSound(admin);
  await save.click();
  await expect(edit).toBeVisible();
  await expect(admin.getByText(`${name} (4 fields)`)).toBeVisible();

  const thing = fresh("Pompa");
  await manager.goto("/assets");
  await manager.getByRole("button", { name: "New asset" }).click();
  const dialog = manager.getByRole("dialog");
  await dialog.getByLabel("Name", { exact: true }).fill(thing);
  await dialog.getByLabel("Category").fill(name.toLowerCase());
  await expect(dialog.getByText("m³/h")).toBeVisible();
  await expect(dialog.getByLabel("Inspected")).toHaveAttribute("type", "date");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByText("This is needed.").first()).toBeVisible();
  await dialog.getByLabel("Flow").fill("much");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByText("This is not a number.")).toBeVisible();
  await dialog.getByLabel("Flow").fill("17,5");
  await dialog.getByLabel("Drive").selectOption("diesel");
  await dialog.getByLabel("Spare").check();
  await expectSound(manager);
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(manager.getByRole("heading", { level: 1 })).toHaveText(thing);
  await expect(manager.getByText("17.5 m³/h")).toBeVisible();
  await expect(manager.getByText("diesel")).toBeVisible();

  await edit.click();
  await group.getByRole("button", { name: new RegExp(`Remove .?${name}`) }).click();
  await save.click();
  await expect(admin.getByText(`${name} (4 fields)`)).toHaveCount(0);
});
