// Bringing in places and assets from a spreadsheet, taking them back, and the lists as files.
import AxeBuilder from "@axe-core/playwright";
import { readFile } from "node:fs/promises";
import { expect, type Page } from "@playwright/test";
import { fresh, signIn, test } from "./people";
import { expectSound, make } from "./things";

const csv = (name: string, text: string) => ({ name, mimeType: "text/csv", buffer: Buffer.from(text) });

async function check(page: Page, file: ReturnType<typeof csv>) {
  await page.getByLabel("Choose a file").setInputFiles(file);
  await page.getByRole("button", { name: "Check the file" }).click();
  await expect(page.getByRole("heading", { name: "What this file does" })).toBeVisible();
}

/** How many rows are new, changed, the same, left alone and wrong. */
const told = (page: Page) => page.locator("dl dd").allTextContents();

test("places and assets come in from a file with mistakes, once, and can be taken back", async ({ browser }) => {
  test.slow();
  const page = await signIn(browser, "manager");
  const site = fresh("Sekolah");
  const code = fresh("C").replace(/\s/g, "-");
  await page.goto("/import?kind=places");
  // The parents stand below what is in them, and Excel in Indonesia writes semicolons.
  await check(page, csv("tempat.csv", `Nama;Induk;Kode\nRuang 1;${site} > Lantai 1;${code}-1\nLantai 1;${site};\n${site};;\nGudang;${site} > Lantai 9;\n`));
  expect(await told(page)).toEqual(["3", "0", "0", "0", "1"]);
  await expect(page.getByRole("row", { name: /Lantai 9/ })).toContainText("There is nothing like that");
  await expectSound(page);
  await page.getByRole("button", { name: "Bring in 3 rows" }).click();
  const run = page.getByRole("article", { name: "tempat.csv" }).first();
  await expect(run.getByRole("status")).toHaveText("3 brought in, 0 failed.");

  await page.getByRole("button", { name: "Assets", pressed: false }).click();
  const assets = `Name,Barcode,Location Name,Purchase date,Custom\nPompa,${code}-P,${code}-1,30/11/2024,x\nProyektor,,${site}/Lantai 1/Ruang 1,,\nKursi,,Ruang 1 of nowhere,,\n`;
  await check(page, csv("assets.csv", assets));
  expect(await told(page)).toEqual(["2", "0", "0", "0", "1"]);
  await page.getByRole("button", { name: "Bring in 2 rows" }).click();
  const second = page.getByRole("article", { name: "assets.csv" }).first();
  await expect(second.getByRole("status")).toHaveText("2 brought in, 0 failed.");
  await expectSound(page);

  // The same file again changes nothing; a changed cell changes one thing.
  await check(page, csv("again.csv", assets));
  expect(await told(page)).toEqual(["0", "0", "2", "0", "1"]);
  await expect(page.getByRole("button", { name: "Nothing to bring in" })).toBeDisabled();
  await check(page, csv("changed.csv", `Name,Barcode,Notes\nPompa air,${code}-P,Tua\n`));
  expect(await told(page)).toEqual(["0", "1", "0", "0", "0"]);
  await page.getByRole("button", { name: "Bring in 1 row" }).click();
  await expect(page.getByRole("article", { name: "changed.csv" }).getByRole("status")).toHaveText("1 brought in, 0 failed.");

  // Back: the change, then what nothing names; what a request names stays.
  await page.getByRole("article", { name: "changed.csv" }).getByRole("button", { name: "Take it back" }).click();
  await expect(page.getByRole("article", { name: "changed.csv" }).getByRole("status")).toContainText("0 failed. 1 taken back.");
  const found = await (await page.request.get(`/api/assets?q=${encodeURIComponent(`${code}-P`)}`)).json();
  expect(found.items).toMatchObject([{ name: "Pompa", notes: null, bought: "2024-11-30", location: { name: "Ruang 1", path: [{ name: site }, { name: "Lantai 1" }] } }]);
  await make(page, "/api/requests", { title: fresh("It hums"), category: "building", priority: "low", asset_id: found.items[0].id });
  await page.getByRole("article", { name: "assets.csv" }).getByRole("button", { name: "Take it back" }).click();
  // The pump was changed and changed back, and is named: it stays. The projector goes.
  await expect(page.getByRole("article", { name: "assets.csv" }).getByRole("status")).toContainText("0 failed. 1 taken back. 1 stays");
  await page.getByRole("article", { name: "tempat.csv" }).getByRole("button", { name: "Take it back" }).click();
  await expect(page.getByRole("article", { name: "tempat.csv" }).getByRole("status")).toContainText("0 failed. 3 stay");
});

test("an import goes on where it was after a reload, and makes nothing twice", async ({ browser }) => {
  test.slow();
  const page = await signIn(browser, "manager");
  const name = fresh("Ruang").replace(/\s/g, "-");
  const rows = Array.from({ length: 60 }, (_, n) => `${name}-${n},${name}-${n}`).join("\n");
  await page.goto("/import?kind=places");
  await check(page, csv("many.csv", `name,code\n${rows}\n`));
  // Some answers are lost on the way: the rows were made.
  let lost = 0;
  await page.route("**/api/locations", async (route) => {
    if (route.request().method() !== "POST" || lost >= 5) return route.continue();
    lost += 1;
    await route.fetch();
    await route.abort();
  });
  await page.getByRole("button", { name: "Bring in 60 rows" }).click();
  await expect(page.getByRole("progressbar")).toBeVisible();
  await expect.poll(() => page.getByRole("progressbar").evaluate((bar: HTMLProgressElement) => bar.value)).toBeGreaterThan(10);
  await page.reload();
  const run = page.getByRole("article", { name: "many.csv" });
  await expect(run.getByRole("status")).toContainText("still to come");
  await run.getByRole("button", { name: "Go on" }).click();
  await expect(run.getByRole("status")).toHaveText("60 brought in, 0 failed.", { timeout: 60_000 });
  const count = async () => {
    let [cursor, all] = ["", 0];
    do {
      const found = await (await page.request.get(`/api/locations?limit=100&q=${encodeURIComponent(name)}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`)).json();
      all += found.items.length;
      cursor = found.next_cursor ?? "";
    } while (cursor);
    return all;
  };
  expect(await count()).toBe(60);
  await run.getByRole("button", { name: "Take it back" }).click();
  await expect(run.getByRole("status")).toContainText("0 failed. 60 taken back.", { timeout: 60_000 });
  expect(await count()).toBe(0);
});

/** So many assets, a tenth as many places, and one of twenty rows of each wrong. With 10,000 it says what docs/import.md says of time and memory. */
const ROWS = Number(process.env.IMPORT_ROWS ?? 400);

test("of a long list each wrong cell is told by its row and column, and all others come in", async ({ browser }) => {
  test.setTimeout(60_000 + ROWS * 500);
  const page = await signIn(browser, "manager");
  const tag = fresh("L").replace(/\s/g, "-");
  const isWrong = (n: number) => n % 20 === 19;
  const [places, wrongPlaces] = [ROWS / 10, ROWS / 200];
  // Each kind of mistake has its cell: no name, no such place, no such day, a code that is there already.
  const mistakes = [`,${tag}-n,${tag}-p0,`, `Pump,${tag}-l,Nowhere of ${tag},`, `Pump,${tag}-d,${tag}-p0,31/02/2024`, `Pump,${tag}-0,${tag}-p0,`];
  const files = [
    ["places", `name,code,parent\n${Array.from({ length: places }, (_, n) => `Room ${n},${tag}-p${n},${isWrong(n) ? `Nowhere of ${tag}` : ""}\n`).join("")}`, places, wrongPlaces],
    ["assets", `name,code,location,bought\n${Array.from({ length: ROWS }, (_, n) => `${isWrong(n) ? mistakes[((n - 19) / 20) % 4] : `Pump ${n},${tag}-${n},${tag}-p${Math.floor(n / 20) % 19},30/11/2024`}\n`).join("")}`, ROWS, ROWS / 20],
  ] as const;
  for (const [kind, text, rows, wrong] of files) {
    await page.goto(`/import?kind=${kind}`);
    const began = Date.now();
    await page.getByLabel("Choose a file").setInputFiles(csv(`${kind}.csv`, text));
    await page.getByRole("button", { name: "Check the file" }).click();
    await expect(page.getByRole("heading", { name: "What this file does" })).toBeVisible({ timeout: 60_000 + ROWS * 100 });
    const checked = Date.now();
    const [made, , , , failed] = await told(page);
    expect([made, failed].map((text) => Number(text?.replace(/\D/g, "")))).toEqual([rows - wrong, wrong]);
    await page.getByRole("button", { name: /^Bring in/ }).click();
    const run = page.getByRole("article", { name: `${kind}.csv` }).first();
    await expect(run.getByRole("status")).toHaveText(new RegExp(`^${(rows - wrong).toLocaleString("en")} brought in, 0 failed`), { timeout: 60_000 + ROWS * 400 });
    const heap = await page.evaluate(() => (performance as unknown as { memory?: { usedJSHeapSize: number } }).memory?.usedJSHeapSize ?? 0);
    if (process.env.IMPORT_ROWS) console.log(`${rows} ${kind}: checked in ${checked - began} ms, in after ${Date.now() - checked} ms, ${Math.round(heap / 1e6)} MB of JavaScript`);
  }
  const found = await (await page.request.get(`/api/assets?q=${encodeURIComponent(`${tag}-1`)}&limit=1`)).json();
  expect(found.items[0]).toMatchObject({ name: "Pump 1", bought: "2024-11-30", location: { name: "Room 0" } });
});

test("whoever has no spreadsheet begins with an example, and takes it back", async ({ browser }) => {
  test.slow();
  const page = await signIn(browser, "admin");
  const offered = async () => (await (await page.request.get("/api/categories")).json()).items.map(({ name }: { name: string }) => name);
  const before = await offered();
  await page.goto("/import?kind=places");
  await page.getByRole("button", { name: "Office", exact: true }).click();
  await expectSound(page);
  await page.getByRole("button", { name: "Bring in: Office" }).click();
  const run = page.getByRole("article", { name: "Office" });
  await expect(run.getByRole("status")).toHaveText("14 brought in, 0 failed. Categories were added in the settings.");
  expect(await offered()).toEqual(expect.arrayContaining([...before, "Pantry", "Access cards"]));
  const settings = await (await page.request.get("/api/system/settings/asset_categories")).json();
  expect(settings.value).toContainEqual({ name: "UPS", fields: [{ name: "Power", kind: "number", unit: "kVA" }, { name: "Batteries changed", kind: "date" }] });
  await run.getByRole("button", { name: "Take it back" }).click();
  await expect(run.getByRole("status")).toHaveText("0 brought in, 0 failed. 14 taken back.");
  expect(await offered()).toEqual(before);
});

test("a list is saved as a file, and comes in again without a change", async ({ browser }) => {
  const page = await signIn(browser, "manager");
  const [site, tag] = [fresh("Kantor"), fresh("T").replace(/\s/g, "-")];
  const place = await make(page, "/api/locations", { name: site, code: tag });
  await make(page, "/api/assets", { name: `=1+1 ${tag}`, code: `${tag}-1`, location_id: place.id, custom: { Daya: 7.5, Nomor: "007", Baru: true }, notes: "two\nlines, \"quoted\"" });
  await make(page, "/api/assets", { name: "Kursi", location_id: place.id, cost: "-5" });
  for (const ending of ["CSV", "Excel"]) {
    await page.goto(`/assets?location=${place.id}`);
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: ending, exact: true }).click()]);
    const bytes = await readFile((await download.path())!);
    if (ending === "CSV") {
      expect(bytes.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]));
      // A spreadsheet computes nothing of it.
      expect(bytes.toString("utf8")).toContain(`'=1+1 ${tag}`);
    }
    await page.goto("/import?kind=assets");
    await check(page, { name: download.suggestedFilename(), mimeType: "", buffer: bytes });
    expect(await told(page), ending).toEqual(["0", "0", "2", "0", "0"]);
  }
  // What was made by mistake is deleted; what is named is not.
  await page.goto(`/places/${place.id}`);
  const remove = async () => {
    await page.getByRole("button", { name: "Edit" }).click();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByRole("button", { name: "Delete for good" }).click();
  };
  await remove();
  await expect(page.getByRole("alert").filter({ hasText: "Something names it" })).toBeVisible();
  await page.goto(`/places/${(await make(page, "/api/locations", { name: fresh("Mistake") })).id}`);
  await remove();
  await expect(page).toHaveURL(/\/places$/);
  // A requester saves what they may see, and imports nothing.
  const requester = await signIn(browser, "requester", { viewport: { width: 360, height: 740 } });
  await requester.goto(`/assets?location=${place.id}`);
  await expect(requester.getByRole("button", { name: "Excel" })).toBeVisible();
  await expect(requester.getByRole("link", { name: "Import" })).toHaveCount(0);
  expect((await new AxeBuilder({ page: requester }).analyze()).violations.filter(({ impact }) => impact === "serious" || impact === "critical")).toEqual([]);
  await requester.goto("/import");
  await expect(requester.getByText("There is nothing here")).toBeVisible();
  await expect(requester.getByLabel("Choose a file")).toHaveCount(0);
});

test("open work comes in from another system's file, and is taken back", async ({ browser }) => {
  const page = await signIn(browser, "manager");
  const [site, tag] = [fresh("Ruko"), fresh("W")];
  await make(page, "/api/locations", { name: site });
  await page.goto("/import?kind=requests");
  const file = `Title;Description;Priority;Status;Location name;Requested By\nLampu ${tag};"mati; \nsejak pagi";Tinggi;Open;${site};requester@cepatedge.test\nPintu ${tag};;;Complete;${site};\nAtap ${tag};;;;Gudang ${tag};\n`;
  await check(page, csv("work-orders.csv", file));
  expect(await told(page)).toEqual(["1", "0", "0", "0", "2"]);
  await expect(page.getByRole("row", { name: /Complete/ })).toContainText("only open work comes in");
  await page.getByRole("button", { name: "Bring in 1 row" }).click();
  const run = page.getByRole("article", { name: "work-orders.csv" });
  await expect(run.getByRole("status")).toHaveText("1 brought in, 0 failed.");
  const found = async () => (await (await page.request.get(`/api/requests?q=${encodeURIComponent(tag)}`)).json()).items;
  await expect.poll(found).toMatchObject([{ title: `Lampu ${tag}`, priority: "high", category: "other", status: "submitted", requester: { name: "Eka Putri" }, location: { name: site } }]);
  // The same file, and our own of it, make nothing twice.
  await check(page, csv("again.csv", file));
  expect(await told(page)).toEqual(["0", "0", "1", "0", "2"]);
  const own = await page.request.get(`/api/requests.csv?q=${encodeURIComponent(tag)}&bom=true`);
  await check(page, { name: "own.csv", mimeType: "text/csv", buffer: Buffer.from(await own.body()) });
  expect(await told(page)).toEqual(["0", "0", "1", "0", "0"]);
  await expectSound(page);
  await page.goto("/import?kind=requests");
  await run.getByRole("button", { name: "Take it back" }).click();
  await expect(run.getByRole("status")).toHaveText("0 brought in, 0 failed. 1 taken back.");
  await expect.poll(found).toMatchObject([{ status: "cancelled" }]);
});

test("people are invited from a file, once, with a link for each, and categories come with it", async ({ browser }) => {
  const page = await signIn(browser, "admin");
  const tag = `p${Date.now()}`;
  await page.goto("/import?kind=people");
  const file = `Nama,Email,Username,Peran,Bahasa\nMade,${tag}@hotel.test,,Teknisi,id\nKetut,,${tag},,\nBudi,manager@cepatedge.test,,admin,\nWrong,not an address,,,\n`;
  await check(page, csv("people.csv", file));
  expect(await told(page)).toEqual(["2", "0", "1", "0", "1"]);
  // The answer of one is lost: they are invited all the same, and once.
  let lost = 0;
  await page.route("**/api/users", async (route) => {
    if (route.request().method() !== "POST" || lost++ > 0) return route.continue();
    await route.fetch();
    await route.abort();
  });
  await page.getByRole("button", { name: "Bring in 2 rows" }).click();
  const run = page.getByRole("article", { name: "people.csv" });
  await expect(run.getByRole("status")).toHaveText("2 brought in, 0 failed.", { timeout: 30_000 });
  const people = async () => (await (await page.request.get(`/api/system/users?q=${tag}`)).json()).items;
  expect(await people()).toHaveLength(2);
  expect(await people()).toEqual(expect.arrayContaining([expect.objectContaining({ name: "Made", role: "technician", status: "invited" })]));
  // One whose answer came has their link here.
  const [download] = await Promise.all([page.waitForEvent("download"), run.getByRole("button", { name: "Save the links as a file" }).click()]);
  expect(download.suggestedFilename()).toBe("invitations.xlsx");
  await expectSound(page);
  await page.goto("/system/users");
  const [list] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "CSV", exact: true }).click()]);
  await page.goto("/import?kind=people");
  await check(page, { name: list.suggestedFilename(), mimeType: "", buffer: await readFile((await list.path())!) });
  expect((await told(page)).filter((_, at) => at !== 2)).toEqual(["0", "0", "0", "0"]);
  await page.goto("/import?kind=people");
  await run.getByRole("button", { name: "Take it back" }).click();
  await expect(run.getByRole("status")).toHaveText("0 brought in, 0 failed. 2 taken back.");
  expect((await people()).map(({ status }: { status: string }) => status)).toEqual(["disabled", "disabled"]);

  const offered = async () => (await (await page.request.get("/api/categories")).json()).items;
  const before = await offered();
  await page.getByRole("button", { name: "Categories", pressed: false }).click();
  await check(page, csv("categories.csv", `Category,Color,Priority\nPlumbing,,\n${tag},hijau,Urgent\n${tag} 2,mauve,\n`));
  expect(await told(page)).toEqual(["1", "0", "1", "0", "1"]);
  await page.getByRole("button", { name: "Bring in 1 row" }).click();
  const list2 = page.getByRole("article", { name: "categories.csv" });
  await expect(list2.getByRole("status")).toHaveText("1 brought in, 0 failed.");
  expect(await offered()).toContainEqual({ name: tag, colour: "green", priority: "urgent", archived: false });
  await list2.getByRole("button", { name: "Take it back" }).click();
  await expect.poll(offered).toEqual(before);
});

test("a manager is not offered what administrators alone bring in", async ({ browser }) => {
  const page = await signIn(browser, "manager");
  await page.goto("/import?kind=people");
  await expect(page.getByRole("button", { name: "Assets", pressed: true })).toBeVisible();
  await expect(page.getByRole("button", { name: "People" })).toHaveCount(0);
});
