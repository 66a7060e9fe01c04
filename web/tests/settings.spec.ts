// An administrator changes what the organisation decides itself, sees who did before, and takes it back.
import { expect, type Page } from "@playwright/test";
import { signIn, test } from "./people";
import { expectSoundHere as expectSound } from "./sound";

const put = (page: Page, key: string, value: unknown) =>
  page.request.put(`/api/system/settings/${key}`, { headers: { Origin: new URL(page.url()).origin }, data: { value } });

/** The row of a setting, by its name. */
const row = (page: Page, name: string) => page.getByRole("listitem").filter({ has: page.getByRole("heading", { name, exact: true }) });

test("a setting is changed in its place, refused where it makes no sense, and brought back", async ({ browser }) => {
  const admin = await signIn(browser, "admin");
  await put(admin, "reopen_days", null);
  await admin.getByRole("link", { name: "Settings", exact: true }).click();
  await expect(admin.getByRole("heading", { level: 1 })).toHaveText("Settings");
  const days = row(admin, "May be reopened for");
  await expect(days.getByText("30 days", { exact: true })).toBeVisible();
  await expect(days.getByText("Default", { exact: true })).toBeVisible();
  await expectSound(admin);

  await days.getByRole("button", { name: "Edit" }).click();
  const input = days.getByLabel("May be reopened for");
  await expect(input).toBeFocused();
  for (const nonsense of ["0", "366", "soon", "1.5", "-3"]) {
    await input.fill(nonsense);
    await input.press("Enter");
    await expect(input).toHaveAttribute("aria-invalid", "true");
    await expect(days.getByText("A whole number from 1 to 365 days.")).toBeVisible();
  }
  await expectSound(admin);
  await input.fill("14");
  await input.press("Enter");
  await expect(days.getByText("14 days", { exact: true })).toBeVisible();
  await expect(days.getByText("Default: 30 days")).toBeVisible();
  await expect(days.getByText(/Changed by .*Ayu Lestari/)).toBeVisible();
  await expect(days.getByRole("button", { name: "Edit" })).toBeFocused();

  await days.getByRole("button", { name: "Edit" }).click();
  await days.getByRole("button", { name: "Default (30 days)" }).click();
  await expect(days.getByText("30 days", { exact: true })).toBeVisible();
  await days.getByRole("button", { name: "History" }).click();
  const dialog = admin.getByRole("dialog");
  await expect(dialog.getByRole("listitem").first()).toContainText("14 days");
  await expectSound(admin);
  await dialog.getByRole("button", { name: "Bring back 14 days" }).first().click();
  await expect(dialog.getByRole("listitem").first()).toContainText("brought back");
  await dialog.getByRole("button", { name: "Close" }).click();
  await expect(days.getByText("14 days", { exact: true })).toBeVisible();
  await put(admin, "reopen_days", null);
});

test("whoever is slower sees what it is now, keeps what they wrote, and decides again", async ({ browser }) => {
  const admin = await signIn(browser, "admin");
  await put(admin, "organisation_name", "Hotel Melati");
  await admin.goto("/system/settings");
  const name = row(admin, "Name of the organisation");
  await name.getByRole("button", { name: "Edit" }).click();
  await name.getByLabel("Name of the organisation").fill("Hotel Anggrek");
  await put(admin, "organisation_name", "Hotel Mawar");
  await name.getByRole("button", { name: "Save" }).click();
  await expect(name.getByText(/Ayu Lestari.* was quicker: it is .*Hotel Mawar.* now/)).toBeVisible();
  await expectSound(admin);
  await expect(name.getByLabel("Name of the organisation")).toHaveValue("Hotel Anggrek");
  await name.getByRole("button", { name: "Save" }).click();
  await expect(name.getByText("Hotel Anggrek", { exact: true })).toBeVisible();
  await name.getByRole("button", { name: "Edit" }).click();
  await name.getByLabel("Name of the organisation").fill(" ");
  await name.getByRole("button", { name: "Save" }).click();
  await expect(name.getByText("This is needed.")).toBeVisible();
  await name.getByLabel("Name of the organisation").press("Escape");
  await expect(name.getByText("Hotel Anggrek", { exact: true })).toBeVisible();
});

test("on a small phone in Indonesian everything fits, and a switch is switched", async ({ browser }) => {
  const admin = await signIn(browser, "admin", { viewport: { width: 320, height: 640 }, locale: "id-ID" });
  await put(admin, "technicians_take_over", null);
  await admin.goto("/system/settings");
  const takeOver = row(admin, "Teknisi mengambil alih pekerjaan");
  await takeOver.getByRole("button", { name: "Ubah" }).click();
  await takeOver.getByLabel("Teknisi mengambil alih pekerjaan").selectOption("Mati");
  await expectSound(admin);
  await takeOver.getByRole("button", { name: "Simpan" }).click();
  await expect(takeOver.getByText("Mati", { exact: true })).toBeVisible();
  await takeOver.getByRole("button", { name: "Riwayat" }).click();
  await expect(admin.getByRole("dialog").getByRole("listitem").first()).toContainText("Aktif");
  await expectSound(admin);
  await admin.getByRole("dialog").getByRole("button", { name: "Tutup" }).click();
  await put(admin, "technicians_take_over", null);
});

test("the organisation's time zone is searched by its name, and its clock is that of whoever has chosen none", async ({ browser }) => {
  const admin = await signIn(browser, "admin", { timezoneId: "Europe/Paris" });
  await put(admin, "time_zone", "UTC");
  await admin.goto("/system/settings");
  const zone = row(admin, "Time zone");
  await zone.getByRole("button", { name: "Edit" }).click();
  const input = zone.getByRole("combobox", { name: "Time zone" });
  await expect(input).toBeFocused();
  expect(await zone.locator("datalist option").evaluateAll((all) => all.map((one) => one.getAttribute("value")))).toContain("Asia/Makassar");
  await input.fill("Asia/Atlantis");
  await input.press("Enter");
  await expect(zone.getByText("There is no time zone of this name. Choose one of the list.")).toBeVisible();
  await expectSound(admin);
  await input.fill("Pacific/Kiritimati");
  await expect(zone.getByText(/There it is .* now\./)).toBeVisible();
  await input.press("Enter");
  await expect(zone.getByText("Pacific/Kiritimati", { exact: true })).toBeVisible();
  await admin.goto("/me");
  await expect(admin.getByLabel("Time zone").getByRole("option").first()).toHaveText("As the organisation: Pacific/Kiritimati");
  const since = admin.getByRole("region", { name: "Where you are signed in" }).locator("time").first();
  const there = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short", timeZone: "Pacific/Kiritimati" });
  await expect(since).toHaveAttribute("title", there.format(new Date((await since.getAttribute("datetime"))!)));
  await put(admin, "time_zone", "UTC");
});

test("with one language alone there is no choice, and who reads another one keeps it until they change", async ({ browser }) => {
  const admin = await signIn(browser, "admin");
  await put(admin, "languages", ["en", "id"]);
  const reader = await signIn(browser, "requester2");
  await reader.goto("/me");
  await reader.getByRole("group", { name: "Language" }).getByText("Bahasa Indonesia").click();
  await expect(reader.getByRole("heading", { level: 1 })).toHaveText("Saya");
  try {
    await admin.goto("/system/settings");
    const languages = row(admin, "Languages");
    await expect(languages.getByText("English (to begin with), Bahasa Indonesia")).toBeVisible();
    await languages.getByRole("button", { name: "Edit" }).click();
    await expect(languages.getByRole("checkbox", { name: "English" })).toBeDisabled();
    await languages.getByRole("checkbox", { name: "Bahasa Indonesia" }).uncheck();
    await expectSound(admin);
    await languages.getByRole("button", { name: "Save" }).click();
    await expect(languages.getByText("English (to begin with)", { exact: true })).toBeVisible();
    await admin.goto("/me");
    await expect(admin.getByRole("heading", { level: 1 })).toHaveText("Me");
    await expect(admin.getByRole("group", { name: "Appearance" })).toBeVisible();
    await expect(admin.getByRole("group", { name: "Language" })).toHaveCount(0);

    await expect.poll(async () => (await (await reader.request.get("/api/organisation")).json()).languages).toEqual(["en"]);
    await reader.reload();
    await expect(reader.getByRole("heading", { level: 1 })).toHaveText("Saya");
    await reader.getByRole("group", { name: "Bahasa" }).getByText("English").click();
    await expect(reader.getByRole("heading", { level: 1 })).toHaveText("Me");
    await expect(reader.getByRole("group", { name: "Language" })).toHaveCount(0);

    const stranger = await (await browser.newContext({ locale: "id-ID" })).newPage();
    await stranger.goto("/sign-in");
    await expect(stranger.getByRole("button", { name: "Sign in", exact: true })).toBeVisible();
    await expect(stranger.getByRole("button", { name: "Bahasa Indonesia" })).toHaveCount(0);
  } finally {
    await put(admin, "languages", ["en", "id"]);
    await reader.request.put("/api/me/language", { headers: { Origin: new URL(reader.url()).origin }, data: { language: null } });
  }
});

test("a log stream has days of its own for the levels that are filled in, and its page says the rule", async ({ browser }) => {
  const admin = await signIn(browser, "admin", { viewport: { width: 360, height: 740 } });
  await put(admin, "log_days_http", null);
  await admin.goto("/system/settings");
  const days = row(admin, "Stream http: kept for");
  await expect(days.getByText("As in all streams", { exact: true })).toBeVisible();
  await days.getByRole("button", { name: "Edit" }).click();
  const info = days.getByRole("textbox", { name: "info: days" });
  await expect(info).toHaveAttribute("placeholder", "30");
  await info.fill("0");
  await info.press("Enter");
  await expect(days.getByText("Whole days from 1 to 365. What is left empty stays as long as in all streams.")).toBeVisible();
  await expect(info).toHaveAttribute("aria-invalid", "true");
  await expectSound(admin);
  await info.fill("14");
  await days.getByRole("textbox", { name: "debug: days" }).fill("1");
  await info.press("Enter");
  await expect(days.getByText("debug 1 day, info 14 days", { exact: true })).toBeVisible();
  await admin.goto("/system/logs?stream=http");
  await expect(admin.getByText("Kept here: debug 1 day, info 14 days, warn 90 days, error 180 days.")).toBeVisible();
  await expect(admin.getByText("The earliest entry is from")).toBeVisible();
  await expectSound(admin);
  await admin.goto("/system/logs?stream=audit");
  await expect(admin.getByText("The audit is kept for ever.")).toBeVisible();
  await put(admin, "log_days_http", null);
});

test("settings are for administrators alone", async ({ browser }) => {
  const manager = await signIn(browser, "manager");
  await expect(manager.getByRole("link", { name: "Settings", exact: true })).toHaveCount(0);
  await manager.goto("/system/settings");
  await expect(manager.getByRole("heading", { name: "Settings" })).toHaveCount(0);
});

test("a cache is emptied on the page of the monitor, after a question", async ({ browser }) => {
  const admin = await signIn(browser, "admin");
  await admin.request.get("/api/users");
  await admin.goto("/system/monitor");
  await admin.getByRole("button", { name: "Empty the cache users" }).click();
  const dialog = admin.getByRole("dialog");
  await expect(dialog.getByText("Nothing is lost")).toBeVisible();
  await expectSound(admin);
  await dialog.getByRole("button", { name: "Empty" }).click();
  await expect(admin.getByText(/\d+ values? went/).first()).toBeVisible();
  await expect(admin.getByRole("row").filter({ hasText: "users" }).getByRole("cell").nth(1)).toHaveText("0");
});

test("what the settings take from managers does not wait for them on their home page", async ({ browser }) => {
  const admin = await signIn(browser, "admin");
  await put(admin, "approvers", "admins");
  try {
    const manager = await signIn(browser, "manager");
    const toApprove = manager.getByText(/^To approve/);
    await expect.poll(async () => {
      await manager.reload();
      await expect(manager.getByText(/^To assign/)).toBeVisible();
      return toApprove.count();
    }, { timeout: 20_000 }).toBe(0);
    await expect(admin.getByText(/^To approve/)).toBeVisible();
  } finally {
    await put(admin, "approvers", null);
  }
});

test("the list of categories is changed, and a report is offered what is in it, with its priority", async ({ browser }) => {
  const [admin, requester] = await Promise.all([signIn(browser, "admin"), signIn(browser, "requester")]);
  await put(admin, "categories", null);
  await admin.getByRole("link", { name: "Settings", exact: true }).click();
  const list = row(admin, "Categories");
  await expect(list.getByText(/^Building, Electrical/)).toBeVisible();
  await list.getByRole("button", { name: "Edit" }).click();
  const name = `Pool ${Date.now()}`;
  // A name within other words has a direction of its own.
  const of = (before: string, name: string, after = "") => `${before} \u2068${name}\u2069${after}`;
  await list.getByRole("button", { name: "Add a category" }).click();
  const input = list.getByLabel("Name of the category");
  await expect(input).toBeFocused();
  await input.fill(name);
  await list.getByLabel(of("Colour of", name)).selectOption("Teal");
  await list.getByLabel(of("Priority proposed with", name)).selectOption("Urgent");
  await list.getByRole("button", { name: of("Move", name, " up") }).press("Enter");
  await list.getByRole("button", { name: of("Archive", "Lift") }).click();
  for (const width of [360, 1280]) {
    await admin.setViewportSize({ width, height: 900 });
    await expectSound(admin);
  }
  await list.getByRole("button", { name: "Save" }).click();
  await expect(list.getByText("(1 archived)")).toBeVisible();
  await expect(list.getByRole("button", { name: "Edit" })).toBeFocused();

  // Two of a name are refused, and what was typed stays.
  await list.getByRole("button", { name: "Edit" }).click();
  await list.getByRole("button", { name: "Add a category" }).click();
  await list.getByLabel("Name of the category").fill(name.toUpperCase());
  await list.getByRole("button", { name: "Save" }).click();
  await expect(list.getByRole("alert")).toHaveText("Two of the names are the same.");
  await list.getByRole("button", { name: "Back", exact: true }).click();

  await expect(async () => {
    await requester.goto("/new");
    await expect(requester.getByLabel("Category").getByRole("option", { name, exact: true })).toHaveCount(1, { timeout: 1_000 });
  }).toPass({ timeout: 15_000 });
  const kind = requester.getByLabel("Category");
  await expect(kind.getByRole("option", { name: "Lift", exact: true })).toHaveCount(0);
  await expect(requester.getByRole("radio", { name: "Normal" })).toBeChecked();
  await kind.selectOption(name);
  await expect(requester.getByRole("radio", { name: "Urgent" })).toBeChecked();
  await kind.selectOption("Building");
  await expect(requester.getByRole("radio", { name: "Normal" })).toBeChecked();
  await requester.getByRole("radio", { name: "Low" }).check({ force: true });
  await kind.selectOption(name);
  await expect(requester.getByRole("radio", { name: "Low" })).toBeChecked();
  await requester.getByLabel("What is broken?").fill("The pump of the pool hums");
  await requester.getByRole("button", { name: "Send" }).click();
  await expect(requester.getByRole("complementary", { name: "Details" })).toContainText(name);
  // A list is filtered by what is offered no more, too.
  await requester.goto("/requests");
  await expect(requester.getByLabel("Category").getByRole("option", { name: "Lift", exact: true })).toHaveCount(1);
  await put(admin, "categories", null);
});
