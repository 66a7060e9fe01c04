// Labels: printed to the millimetre, read by a camera, bound, and the way from any phone's camera through signing in.
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, type Page } from "@playwright/test";
import { encode } from "uqr";
import { fresh, signIn, test, whole, withBrowser } from "./people";
import { expectSound, make } from "./things";

const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true };
const MM = 96 / 25.4;

interface Label { code: string }

async function labels(page: Page, body: object): Promise<{ items: Label[]; address: string }> {
  const answer = await page.request.post("/api/labels", { headers: { origin: new URL(page.url()).origin }, data: body });
  expect(answer.status(), await answer.text()).toBe(201);
  return answer.json();
}

/** What a camera sees that is held over this code: one picture of a film, which Chromium shows again and again. */
function film(text: string): string {
  const [width, height] = [640, 480];
  const { size, data } = encode(text, { border: 4, ecc: "M" });
  const scale = Math.floor(360 / size);
  const [left, top] = [Math.floor((width - size * scale) / 2), Math.floor((height - size * scale) / 2)];
  const light = Buffer.alloc(width * height, 180);
  data.forEach((row, y) => row.forEach((isDark, x) => {
    for (let line = 0; line < scale; line++) light.fill(isDark ? 20 : 230, (top + y * scale + line) * width + left + x * scale, (top + y * scale + line) * width + left + (x + 1) * scale);
  }));
  const file = join(mkdtempSync(join(tmpdir(), "film-")), "code.y4m");
  const frame = Buffer.concat([Buffer.from("FRAME\n"), light, Buffer.alloc((width * height) / 2, 128)]);
  writeFileSync(file, Buffer.concat([Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420mpeg2\n`), frame, frame]));
  return file;
}

const seeing = (text: string) => ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", `--use-file-for-fake-video-capture=${film(text)}`];

test("a label is printed for a place, its code is scanned, and the report is about that place", async ({ browser }) => {
  test.slow();
  const page = await signIn(browser, "manager");
  const name = fresh("Ruang rapat");
  const place = await make(page, "/api/locations", { name });
  await page.goto(`/places/${place.id}`);
  await page.getByRole("link", { name: "Print labels" }).click();
  await expect(page.getByRole("checkbox", { name })).toBeChecked();
  await page.getByRole("button", { name: "Show labels" }).click();
  const label = page.locator("[data-label]");
  await expect(label).toHaveCount(1);
  await expect(label).toContainText(name);
  const address = (await label.locator("[data-qr]").getAttribute("data-qr"))!;
  const code = /[0-9A-Z]{4}-[0-9A-Z]{4}/.exec(await label.innerText())![0];
  expect(address).toBe(`${new URL(page.url()).origin}/t/${code.replace("-", "")}`);
  await expectSound(page);

  await withBrowser(seeing(address), async (camera) => {
    const phone = await signIn(camera, "requester", { ...whole, ...PHONE });
    await phone.evaluate(() => {
      const media = navigator.mediaDevices;
      const ask = media.getUserMedia.bind(media);
      const streams: MediaStream[] = ((window as unknown as { streams: MediaStream[] }).streams = []);
      media.getUserMedia = async (wanted) => {
        const stream = await ask(wanted);
        streams.push(stream);
        return stream;
      };
    });
    await phone.getByRole("button", { name: "Search", exact: true }).tap();
    await phone.getByRole("button", { name: "Scan a label" }).tap();
    await expect(phone).toHaveURL(new RegExp(`/t/${code}`), { timeout: 20_000 });
    await expect(phone.getByRole("heading", { level: 1 })).toHaveText(name);
    // The camera is let go.
    expect(await phone.evaluate(() => (window as unknown as { streams: MediaStream[] }).streams.flatMap((stream) => stream.getTracks().map(({ readyState }) => readyState)))).toEqual(["ended"]);
    await expectSound(phone);
    await phone.setViewportSize(PHONE.viewport);
    await phone.getByRole("link", { name: "Report a problem here" }).tap();
    await expect(phone.getByRole("combobox", { name: /Where is it/ })).toHaveValue(name);
    const title = fresh("The door sticks");
    await phone.getByLabel("What is broken?").fill(title);
    await phone.getByLabel("Category").selectOption("building");
    await phone.getByRole("button", { name: "Send" }).tap();
    await expect(phone.getByRole("heading", { level: 1 })).toHaveText(title);
    await expect(phone.getByRole("link", { name }).first()).toBeAttached();
    // Nothing of it is left for the next report.
    await phone.goto("/new");
    await expect(phone.getByRole("combobox", { name: /Where is it/ })).toHaveValue("");
    // In the form, too, a scan says where.
    await phone.getByLabel("What is broken?").fill("The window, too");
    await phone.getByRole("button", { name: "Scan a label" }).tap();
    await expect(phone.getByRole("combobox", { name: /Where is it/ })).toHaveValue(name, { timeout: 20_000 });
    await expect(phone.getByLabel("What is broken?")).toHaveValue("The window, too");
    await phone.getByRole("button", { name: "Throw away" }).click();
  });
});

test("another code is shown and nothing comes of it; without a camera, or where it may not be used, the code is typed", async ({ browser }) => {
  test.slow();
  const manager = await signIn(browser, "manager");
  const asset = await make(manager, "/api/assets", { name: fresh("Pompa") });
  const { items: [label] } = await labels(manager, { asset_ids: [asset.id] });
  const scan = async (page: Page) => {
    await page.goto("/assets");
    await page.getByRole("button", { name: "Scan a label" }).click();
  };
  await withBrowser(seeing(`https://evil.example/t/${label!.code}`), async (camera) => {
    const page = await signIn(camera, "tech", whole);
    await scan(page);
    await expect(page.getByRole("dialog")).toContainText("This is no label of ours: https://evil.example/t/", { timeout: 20_000 });
    // On a phone, no keyboard comes up before the camera.
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("DIV");
    await expectSound(page);
    await expect(page.getByRole("dialog").getByRole("link")).toHaveCount(0);
    await expect(page).toHaveURL(/\/assets$/);
  });
  // Nobody answers the question whether the camera may be used: no.
  await withBrowser(["--use-fake-device-for-media-stream"], async (refusing) => {
    const page = await signIn(refusing, "tech", whole);
    await scan(page);
    await expect(page.getByRole("alert")).toContainText("may not use the camera");
    await expectSound(page);
  });
  await withBrowser(["--use-fake-device-for-media-stream=device-count=0", "--use-fake-ui-for-media-stream"], async (blind) => {
    const page = await signIn(blind, "tech", whole);
    await scan(page);
    await expect(page.getByRole("alert")).toContainText("no camera");
    const field = page.getByLabel("Or type its code");
    await field.fill("7K3M");
    await page.keyboard.press("Enter");
    await expect(page.getByText("A code has eight letters and digits")).toBeVisible();
    await field.fill(label!.code.toLowerCase().replace("-", " ").replaceAll("0", "o").replaceAll("1", "l"));
    await page.keyboard.press("Enter");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(asset.name);
    await page.getByRole("link", { name: "Open its page" }).click();
    await expect(page).toHaveURL(new RegExp(asset.id));
  });
});

test("labels made beforehand fill their paper to the millimetre, and nothing else is printed", async ({ browser }) => {
  test.slow();
  const page = await signIn(browser, "manager");
  await page.goto("/labels");
  await page.getByLabel("How many?").fill("31");
  await page.getByRole("button", { name: "Make labels" }).click();
  await expect(page.locator("[data-label]")).toHaveCount(31);
  const codes = await page.locator("[data-label]").allInnerTexts();
  for (const [paper, pages, width, height, label] of [["a4x24", 2, 210, 297, [70, 37]], ["a4x8", 4, 210, 297, [105, 74]], ["letter30", 2, 215.9, 279.4, [66.675, 25.4]], ["strip", 31, 62, 29, [62, 29]]] as const) {
    await page.getByLabel("Printed on").selectOption(paper);
    await expect(page.locator(".sheet")).toHaveCount(pages);
    await page.emulateMedia({ media: "print" });
    await page.setViewportSize({ width: Math.ceil(width * MM), height: 860 });
    const sheets = await page.locator(".sheet").evaluateAll((all, mm) => all.map((sheet) => {
      const from = sheet.getBoundingClientRect();
      const boxOf = (element: Element) => {
        const { left, top, width, height } = element.getBoundingClientRect();
        return { x: (left - from.left) / mm, y: (top - from.top) / mm, width: width / mm, height: height / mm };
      };
      return { ...boxOf(sheet), labels: [...sheet.querySelectorAll("[data-label]")].map((label) => ({ ...boxOf(label), inside: [...label.querySelectorAll("svg, p")].map(boxOf) })) };
    }), MM);
    for (const sheet of sheets) {
      expect([sheet.width, sheet.height].map(Math.round)).toEqual([width, height].map(Math.round));
      for (const box of sheet.labels) {
        expect(Math.abs(box.width - label[0]) + Math.abs(box.height - label[1])).toBeLessThan(0.1);
        expect(box.x).toBeGreaterThan(-0.1);
        expect(box.x + box.width).toBeLessThan(width + 0.1);
        expect(box.y + box.height).toBeLessThan(height + 0.1);
        for (const part of box.inside) {
          expect(part.x).toBeGreaterThan(box.x);
          expect(part.x + part.width).toBeLessThan(box.x + box.width + 0.1);
          expect(part.y).toBeGreaterThanOrEqual(box.y);
          expect(part.y + part.height).toBeLessThan(box.y + box.height + 0.1);
        }
      }
    }
    expect(sheets.flatMap((sheet) => sheet.labels)).toHaveLength(31);
    // On paper: so many pages, of this size, and none for what stands around them.
    const pdf = (await page.pdf({ preferCSSPageSize: true })).toString("latin1");
    const boxes = [...pdf.matchAll(/\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/g)].map(([, x, y]) => [Math.round((Number(x) / 72) * 25.4), Math.round((Number(y) / 72) * 25.4)]);
    expect(boxes, paper).toEqual(Array.from({ length: pages }, () => [Math.round(width), Math.round(height)]));
    for (const around of [page.getByRole("heading", { level: 1 }), page.getByRole("navigation"), page.getByRole("button")]) await expect(around.filter({ visible: true })).toHaveCount(0);
    await page.emulateMedia({ media: "screen" });
  }
  await page.setViewportSize({ width: 1280, height: 860 });
  // On a sheet that was used before, the first free place is the one that is named. The codes stay.
  await page.getByLabel("Printed on").selectOption("a4x24");
  await page.getByLabel("First free label of the sheet").fill("23");
  await expect(page.locator(".sheet").first().locator("[data-label]")).toHaveCount(2);
  expect(await page.locator("[data-label]").allInnerTexts()).toEqual(codes);
  await expectSound(page);
});

test("a list of assets is printed; one that is taken away is not", async ({ browser }) => {
  const page = await signIn(browser, "manager");
  const word = fresh("Kipas").split(" ")[1]!;
  for (const name of ["Kipas A", "Kipas B", "Kipas C"]) await make(page, "/api/assets", { name: `${name} ${word}` });
  await page.goto(`/assets?q=${word}`);
  await expect(page.getByRole("link", { name: `Kipas C ${word}` })).toBeVisible();
  await page.getByRole("link", { name: "Print labels" }).click();
  await page.getByRole("checkbox", { name: "Kipas B" }).uncheck();
  await page.getByRole("button", { name: "Show labels" }).click();
  await expect(page.locator("[data-label]")).toHaveText([/Kipas A/, /Kipas C/]);
  // Others than managers have no such page.
  const other = await signIn(browser, "tech");
  await other.goto("/labels");
  await expect(other.getByText("There is nothing here that you can see.")).toBeVisible();
});

test("who works here says what a label is on; of one that is on something else they are asked again", async ({ browser }) => {
  const [manager, page, requester] = await Promise.all([signIn(browser, "manager"), signIn(browser, "tech", PHONE), signIn(browser, "requester")]);
  const { items: [label] } = await labels(manager, { count: 1 });
  const [asset, place] = [await make(manager, "/api/assets", { name: fresh("Genset") }), await make(manager, "/api/locations", { name: fresh("Ruang genset") })];
  await requester.goto(`/t/${label!.code}`);
  await expect(requester.getByRole("heading", { level: 1 })).toHaveText("This label is not on anything yet");
  await expect(requester.getByText("What is this label on?")).toHaveCount(0);
  await expectSound(requester);
  await page.goto(`/t/${label!.code.toLowerCase().replace("-", "")}`);
  const bind = async (field: string, name: string) => {
    await page.getByRole("combobox", { name: field }).fill(name);
    await page.getByRole("option", { name }).click();
    await page.getByRole("button", { name: "It is on this" }).click();
  };
  await expectSound(page);
  await page.setViewportSize(PHONE.viewport);
  await bind("Asset", asset.name);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(asset.name);
  await page.getByRole("button", { name: "The label is on something else" }).click();
  await bind("Or a place", place.name);
  await expect(page.getByRole("alert")).toContainText(`This label is on ${asset.name} already`);
  await expectSound(page);
  await page.setViewportSize(PHONE.viewport);
  await page.getByRole("button", { name: "Put it on this all the same" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(place.name);
  // Who reports is told what is not used any more, and cannot name it.
  await manager.request.patch(`/api/locations/${place.id}`, { headers: { origin: new URL(manager.url()).origin }, data: { archived: true } });
  await requester.reload();
  await expect(requester.getByText("This place is not used any more.")).toBeVisible();
  await expect(requester.getByRole("link", { name: "Report a problem here" })).toHaveCount(0);
  await requester.goto("/t/0000-0000");
  await expect(requester.getByText("There is no label 0000-0000")).toBeVisible();
});

test("the address that any phone's camera reads leads through signing in back to the label", async ({ browser }) => {
  const manager = await signIn(browser, "manager");
  const place = await make(manager, "/api/locations", { name: fresh("Lobi") });
  const { items: [label], address } = await labels(manager, { location_ids: [place.id] });
  const page = await (await browser.newContext(PHONE)).newPage();
  await page.goto(address + label!.code.replace("-", ""));
  await page.locator("input[autocomplete^=username]").fill("requester2@cepatedge.test");
  await page.locator("input[autocomplete=current-password]").fill("cepatedge-demo");
  await page.locator("button[type=submit]").click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(place.name);
  await page.getByRole("link", { name: "Report a problem here" }).tap();
  await expect(page.getByRole("combobox", { name: /Where is it/ })).toHaveValue(place.name);
  // The palette knows a code as well.
  await page.goto("/");
  await page.getByRole("button", { name: "Search", exact: true }).tap();
  await page.getByRole("dialog").getByRole("combobox").fill(label!.code.toLowerCase());
  await expect(page.getByRole("option").first()).toHaveText(`Label ${label!.code}`);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(place.name);
});
