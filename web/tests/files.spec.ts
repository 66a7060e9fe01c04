// Files, as people meet them: chosen, taken, pasted, dropped, spoken; kept without a network; sent once each and in order; looked at, marked,
// deleted; and seen by nobody who may not.
import { expect, type Page } from "@playwright/test";
import { fresh, keeping, onDevice, report, signIn, test, whole, withBrowser } from "./people";
import { asFromPhone, film, pdf, photo, text, type Given } from "./pictures";

const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true } as const;

const tiles = (page: Page) => page.locator("button[data-file]");
const namesOf = (page: Page) => tiles(page).evaluateAll((tiles) => tiles.map((tile) => (tile as HTMLElement).dataset.file));
const chosen = (page: Page) => page.locator("[data-chosen]");
const attach = (page: Page, ...given: Given[]) => page.locator("input[data-files]").setInputFiles(given);
const send = (page: Page) => page.locator("form").getByRole("button", { name: "Send", exact: true });
const idOf = (page: Page) => new URL(page.url()).pathname.split("/").at(-1)!;

interface Told { attachments: { id: string; filename: string; content_type: string; size: number; width: number | null; height: number | null; visibility: string; comment: number | null; mark: string | null }[] }
const told = async (page: Page, id = idOf(page)): Promise<Told> => (await page.request.get(`/api/requests/${id}`)).json();

/** Puts files to the comment box and sends them. */
async function sendFiles(page: Page, ...given: Given[]) {
  await attach(page, ...given);
  await expect(chosen(page)).toHaveCount(given.length);
  await send(page).click();
  for (const { name } of given) await expect(page.locator(`button[data-file="${name}"]`)).toBeVisible();
}

test("five photos of a report made on a phone without a network outlive a reload, and arrive in order, each once", async ({ browser }) => {
  test.slow();
  const page = await signIn(browser, "requester", { ...keeping, ...phone });
  const title = fresh("The ceiling drips");
  await page.goto("/new");
  await onDevice(page);
  const names = [1, 2, 3, 4, 5].map((number) => `drip-${number}.jpg`);
  const photos = await Promise.all(names.map((name, place) => photo(page, name, 800, 600, place * 60)));
  // Where the app was opened before, it opens without a network.
  await expect(page.locator("input[data-files]")).toBeAttached();
  await page.context().setOffline(true);
  await page.getByLabel("What is broken?").fill(title);
  await page.getByLabel("Category").selectOption("plumbing");
  await attach(page, ...photos);
  await expect(chosen(page)).toHaveCount(5);
  await page.reload();
  await expect(page.getByLabel("What is broken?")).toHaveValue(title);
  await expect(chosen(page)).toHaveCount(5);
  await send(page).click();
  const waiting = page.getByRole("button", { name: /1 change waiting, 5 files waiting \(.* [kM]B\)/ });
  await expect(waiting).toBeVisible();
  await page.reload();
  await expect(waiting).toBeVisible();
  await page.context().setOffline(false);
  await expect(page.getByRole("button", { name: /waiting/ })).toHaveCount(0, { timeout: 30_000 });
  const found = await (await page.request.get(`/api/requests?q=${encodeURIComponent(title)}`)).json();
  expect(found.items).toHaveLength(1);
  await page.goto(`/requests/${found.items[0].id}`);
  await expect.poll(() => namesOf(page)).toEqual(names);
  await expect(page.locator("[data-kind=attached]")).toHaveCount(5);
  expect((await told(page)).attachments.map(({ filename }) => filename)).toEqual(names);
});

test("a photo stands upright, is made smaller, and does not say where it was taken; on request it stays as it is", async ({ browser }) => {
  const page = await signIn(browser, "requester");
  await report(page, fresh("The valve leaks"));
  const lying = asFromPhone(await photo(page, "valve.jpg", 3_200, 1_600));
  expect(lying.buffer.includes("Exif")).toBe(true);
  await sendFiles(page, lying);
  const { attachments: [sent] } = await told(page);
  expect(sent).toMatchObject({ content_type: "image/jpeg", width: 1_280, height: 2_560 });
  const bytes = async (id: string) => (await page.request.get(`/api/requests/${idOf(page)}/attachments/${id}`)).body();
  expect((await bytes(sent!.id)).includes("Exif")).toBe(false);
  await expect(tiles(page).locator("img")).toHaveJSProperty("naturalHeight", 320);

  await attach(page, text("first.txt", "only so that the choice is there"));
  await page.getByLabel("Photos as they are").check();
  await attach(page, { ...lying, name: "original.jpg" });
  await expect(chosen(page)).toHaveCount(2);
  await send(page).click();
  await expect.poll(async () => (await told(page)).attachments.length).toBe(3);
  const original = (await told(page)).attachments.at(-1)!;
  expect((await bytes(original.id)).equals(lying.buffer)).toBe(true);
});

test("files are dropped and pasted, left out before they are sent, and go with the comment", async ({ browser }) => {
  const page = await signIn(browser, "requester");
  await report(page, fresh("The hinge hangs"));
  await expect(page.locator("input[data-files]")).toBeAttached();
  const bring = (event: "drop" | "paste", name: string, words: string) => page.evaluate(([event, name, words]) => {
    const data = new DataTransfer();
    data.items.add(new File([words], name, { type: "text/plain" }));
    const form = document.querySelector("textarea[data-composer]")!.closest("form")!;
    const init = { bubbles: true, cancelable: true };
    form.dispatchEvent(event === "drop" ? new DragEvent("drop", { ...init, dataTransfer: data }) : new ClipboardEvent("paste", { ...init, clipboardData: data }));
  }, [event, name, words] as const);
  await bring("drop", "dropped.txt", "from the desk");
  await bring("paste", "pasted.txt", "from the clipboard");
  await bring("drop", "wrong.txt", "not this one");
  await expect(chosen(page)).toHaveCount(3);
  await page.getByRole("button", { name: "Leave out", exact: false }).last().click();
  await expect(chosen(page)).toHaveCount(2);
  await page.getByRole("textbox", { name: "Write a comment" }).fill("As you see");
  await send(page).click();
  await expect(page.locator("[data-kind=commented]").getByText("As you see")).toBeVisible();
  await expect.poll(() => namesOf(page)).toEqual(["dropped.txt", "pasted.txt"]);
  const seq = Number(await page.locator("[data-kind=commented]").getAttribute("data-seq"));
  expect((await told(page)).attachments.map(({ comment }) => comment)).toEqual([seq, seq]);
  await expect(chosen(page)).toHaveCount(0);
});

test("what is refused says why in words, by its name, and takes nothing else with it", async ({ browser }) => {
  test.slow();
  const page = await signIn(browser, "requester");
  await report(page, fresh("The panel is dark"));
  await attach(page, text("empty.txt", ""));
  await expect(page.getByRole("alert").filter({ hasText: "empty.txt" })).toContainText("is empty or cannot be read");
  const page1 = { name: "page.html", mimeType: "text/html", buffer: Buffer.from("<!doctype html><script>alert(1)</script>") };
  const huge = { name: "huge.mp4", mimeType: "video/mp4", buffer: Buffer.alloc(26.5 * 1024 * 1024) };
  await attach(page, page1, huge, text("good.txt", "this one is fine"));
  await expect(chosen(page)).toHaveCount(3);
  await page.getByRole("textbox", { name: "Write a comment" }).fill("Three files");
  await send(page).click();
  await expect(page.locator('button[data-file="good.txt"]')).toBeVisible({ timeout: 30_000 });
  const refused = page.locator("[data-refused-file]");
  await expect(refused.filter({ hasText: "page.html" })).toContainText("Files of this kind are not taken.");
  await expect(refused.filter({ hasText: "huge.mp4" })).toContainText("This file is too large.");
  await expect(page.locator("[data-kind=commented]").getByText("Three files")).toHaveCount(1);
  for (const name of ["page.html", "huge.mp4"]) await refused.filter({ hasText: name }).getByRole("button", { name: "Discard" }).click();
  await expect(refused).toHaveCount(0);
  expect((await told(page)).attachments).toHaveLength(1);
});

test("a file waits where somebody wants it to, goes on with the same key, and is there once; signing out before that warns", async ({ browser }) => {
  const page = await signIn(browser, "requester");
  await report(page, fresh("The fan rattles"));
  const keys: string[] = [];
  let isHeld = true;
  await page.route(/\/attachments\?/, async (route) => {
    keys.push(route.request().headers()["idempotency-key"] ?? "");
    if (!isHeld) return route.continue();
    // The server has it, and nobody is told.
    await route.fetch();
  });
  await attach(page, text("noise.txt", "rrrr"));
  await send(page).click();
  const item = page.locator("[data-waiting-file]");
  await expect(item).toBeVisible();
  await expect.poll(() => keys.length).toBe(1);
  await item.getByRole("button", { name: /wait/ }).click();
  await expect(item.getByText("Paused")).toBeVisible();
  await page.goto("/me");
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("1 file has not been sent");
  await dialog.getByRole("button", { name: "Back" }).click();
  await page.goBack();
  isHeld = false;
  await item.getByRole("button", { name: /Go on/ }).click();
  await expect(tiles(page)).toHaveCount(1);
  await expect(item).toHaveCount(0);
  expect(new Set(keys).size).toBe(1);
  expect(keys.length).toBeGreaterThan(1);
  expect((await told(page)).attachments).toHaveLength(1);
});

test("a device without room says so, and keeps the words", async ({ browser }) => {
  const page = await signIn(browser, "requester");
  await page.addInitScript(() => {
    const add = IDBObjectStore.prototype.add;
    IDBObjectStore.prototype.add = function (...args) {
      if (this.name === "files") throw new DOMException("no room", "QuotaExceededError");
      return add.apply(this, args);
    };
  });
  await report(page, fresh("The drawer is stuck"));
  await page.getByRole("textbox", { name: "Write a comment" }).fill("It will not open");
  await attach(page, text("drawer.txt", "stuck"));
  await expect(page.getByRole("alert").filter({ hasText: "no room left" })).toBeVisible();
  await send(page).click();
  await expect(page.locator("[data-kind=commented]").getByText("It will not open")).toBeVisible();
  await expect(tiles(page)).toHaveCount(1);
});

test("a note is spoken, heard before it is sent, and played afterwards", async () => {
  await withBrowser(["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"], async (browser) => {
    const page = await signIn(browser, "requester", { ...whole, permissions: ["microphone"] });
    await report(page, fresh("The pump hums"));
    await page.getByRole("button", { name: "Record a voice note" }).click();
    await expect(page.getByRole("timer")).toContainText("0:02 / 2:00");
    await page.getByRole("button", { name: /Stop recording/ }).click();
    await expect(chosen(page).locator("audio")).toBeVisible();
    await send(page).click();
    await expect(tiles(page)).toHaveCount(1);
    expect((await told(page)).attachments[0]?.content_type).toMatch(/^audio\//);
    await tiles(page).click();
    const sound = page.getByRole("dialog").locator("audio");
    await expect.poll(() => sound.evaluate((audio: HTMLAudioElement) => audio.readyState)).toBeGreaterThan(0);
  });
});

test("a video has a picture, and is played in parts", async ({ browser }) => {
  const page = await signIn(browser, "requester");
  await report(page, fresh("The belt squeals"));
  await sendFiles(page, await film(page, "belt.webm"));
  await expect(tiles(page).locator("img")).toHaveJSProperty("naturalWidth", 320);
  const isPart = page.waitForResponse((response) => /attachments\/[^/]+$/.test(response.url()) && response.status() === 206);
  await tiles(page).click();
  const video = page.getByRole("dialog").locator("video");
  await expect.poll(() => video.evaluate((video: HTMLVideoElement) => video.readyState)).toBeGreaterThan(0);
  await isPart;
});

test("files are looked at by keyboard alone", async ({ browser }) => {
  const page = await signIn(browser, "manager");
  await report(page, fresh("The wall is cracked"));
  await sendFiles(page, await photo(page, "crack.jpg"), text("notes.txt", "Three metres long."), pdf("plan.pdf"));
  await tiles(page).first().focus();
  await page.keyboard.press("Enter");
  const viewer = page.getByRole("dialog");
  await expect(viewer.getByRole("heading", { name: "crack.jpg" })).toBeVisible();
  const picture = viewer.getByRole("img", { name: "crack.jpg" });
  await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(640);
  const width = async () => (await picture.boundingBox())?.width ?? 0;
  const before = await width();
  const frame = viewer.getByRole("group", { name: /crack\.jpg/ });
  await frame.focus();
  for (const key of ["+", "+", "+", "+"]) await page.keyboard.press(key);
  await expect.poll(width).toBeGreaterThan(before * 3);
  const left = async () => (await picture.boundingBox())?.x ?? 0;
  const at = await left();
  await page.keyboard.press("ArrowRight");
  await expect.poll(left).toBeLessThan(at);
  await page.keyboard.press("0");
  await expect.poll(width).toBeCloseTo(before, 0);
  await page.keyboard.press("ArrowRight");
  await expect(viewer.getByText("Three metres long.")).toBeVisible();
  await page.keyboard.press("ArrowRight");
  await expect(viewer.getByRole("heading", { name: "plan.pdf" })).toBeVisible();
  await expect(viewer.locator("iframe").or(viewer.getByText("cannot show this file here"))).toBeVisible();
  await expect(viewer.getByRole("link", { name: "Download" }).first()).toHaveAttribute("href", /download=1$/);
  await page.keyboard.press("Escape");
  await expect(viewer).toHaveCount(0);
  await expect(tiles(page).first()).toBeFocused();
});

test("before and after stand beside each other, on every page that shows the request", async ({ browser }) => {
  const [requester, manager] = await Promise.all([signIn(browser, "requester"), signIn(browser, "manager")]);
  const url = await report(requester, fresh("The tile is loose"));
  await sendFiles(requester, await photo(requester, "was.jpg", 640, 480, 0), await photo(requester, "is.jpg", 640, 480, 120));
  await manager.goto(url);
  for (const [name, mark] of [["was.jpg", "Before"], ["is.jpg", "After"]] as const) {
    await manager.locator(`button[data-file="${name}"]`).click();
    const viewer = manager.getByRole("dialog");
    await viewer.getByRole("radio", { name: mark }).check({ force: true });
    await expect(manager.locator("[data-kind=marked]").filter({ hasText: name })).toHaveCount(1);
    await manager.keyboard.press("Escape");
  }
  for (const page of [manager, requester]) {
    await page.getByRole("button", { name: "Before and after" }).click();
    await expect(page.getByRole("dialog").getByRole("img")).toHaveCount(2);
    await page.keyboard.press("Escape");
  }
});

test("a deletion names the bytes, stays in the timeline, and goes through at once everywhere", async ({ browser }) => {
  const [requester, manager] = await Promise.all([signIn(browser, "requester"), signIn(browser, "manager")]);
  const url = await report(requester, fresh("The sign is bent"));
  await sendFiles(requester, text("secret.txt", "x".repeat(2_345)));
  await manager.goto(url);
  await expect(tiles(manager)).toHaveCount(1);
  await tiles(requester).click();
  const viewer = requester.getByRole("dialog").first();
  await viewer.getByRole("button", { name: "Delete" }).click();
  const question = requester.getByRole("dialog", { name: "Delete this file?" });
  await expect(question).toContainText(/secret\.txt.*2 kB/);
  await question.getByRole("button", { name: "Delete" }).click();
  await expect(requester.getByRole("dialog")).toHaveCount(0);
  for (const page of [requester, manager]) {
    await expect(tiles(page)).toHaveCount(0);
    await expect(page.locator("[data-kind=detached]")).toContainText("secret.txt, 2 kB");
  }
});

test("what is internal is never seen by who reported it", async ({ browser }) => {
  const [requester, tech] = await Promise.all([signIn(browser, "requester"), signIn(browser, "manager")]);
  const url = await report(requester, fresh("The safe clicks"));
  await tech.goto(url);
  await tech.getByRole("radio", { name: "Internal" }).check({ force: true });
  await tech.getByRole("textbox", { name: "Write an internal comment" }).fill("Look at this");
  await attach(tech, text("inside.txt", "not for everybody"));
  await expect(chosen(tech)).toHaveCount(1);
  await send(tech).click();
  await expect(tiles(tech)).toHaveAccessibleName(/Internal/);
  const inside = (await told(tech)).attachments[0]!;
  await sendFiles(tech, text("outside.txt", "for everybody"));
  await expect.poll(() => namesOf(requester)).toEqual(["outside.txt"]);
  expect((await told(requester)).attachments.map(({ filename }) => filename)).toEqual(["outside.txt"]);
  expect((await requester.request.get(`/api/requests/${idOf(requester)}/attachments/${inside.id}`)).status()).toBe(404);
  expect(await requester.content()).not.toContain("inside.txt");
});

test("somebody has a portrait where they had initials, chosen by keyboard, and takes it away again", async ({ browser }) => {
  const page = await signIn(browser, "manager");
  await page.goto("/me");
  const portrait = page.getByRole("main").getByRole("button", { name: "Change your picture" });
  await portrait.click();
  const dialog = page.getByRole("dialog");
  await page.locator("input[data-avatar]").setInputFiles([await photo(page, "me.jpg", 900, 600)]);
  await dialog.getByRole("group", { name: /What is seen/ }).focus();
  for (const key of ["+", "+", "ArrowLeft", "ArrowDown"]) await page.keyboard.press(key);
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toHaveCount(0);
  await expect.poll(() => portrait.locator("img").evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(192);
  const inNav = page.getByRole("navigation").locator('img[src*="/avatar/"]');
  await expect.poll(() => inNav.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(64);
  await page.reload();
  await expect(inNav).toBeVisible();
  await report(page, fresh("The portrait is here"));
  await expect(page.locator("[data-kind=created] img[src*='/avatar/']")).toBeVisible();
  await page.goto("/me");
  await portrait.click();
  await dialog.getByRole("button", { name: "Remove the picture" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(portrait.locator("img")).toHaveCount(0);
});

test("an operator checks that store, requests and PostgreSQL say the same, and finds the largest", async ({ browser }) => {
  test.slow();
  const [requester, admin] = await Promise.all([signIn(browser, "requester"), signIn(browser, "admin")]);
  await report(requester, fresh("The archive is full"));
  const name = `${fresh("archive")}.txt`;
  await sendFiles(requester, text(name, "x".repeat(2_000_000)));
  await admin.goto("/system/files");
  await admin.getByRole("button", { name: "Check now" }).click();
  await expect(admin.getByRole("button", { name: "Check now" })).toBeEnabled({ timeout: 40_000 });
  await expect(admin.getByRole("status").filter({ hasText: /say the same|does not fit/ })).toBeVisible();
  const row = admin.getByRole("row").filter({ hasText: name });
  await expect(row).toContainText("2 MB");
  await row.getByRole("link").click();
  await expect(tiles(admin)).toHaveCount(1);
});

test("work that is completed without a network is completed behind its picture of how it is now", async ({ browser }) => {
  test.slow();
  const [manager, tech] = await Promise.all([signIn(browser, "manager"), signIn(browser, "tech")]);
  const url = await report(manager, fresh("The lamp is out"));
  await manager.getByRole("button", { name: "Approve" }).click();
  await expect(manager.locator("[data-kind=approved]")).toBeVisible();
  await tech.goto(url);
  await tech.getByRole("button", { name: "Take it" }).click();
  await tech.getByRole("button", { name: "Start work" }).click();
  await expect(tech.locator("[data-kind=started]")).toBeVisible();
  await attach(tech, await photo(tech, "lamp.jpg"));
  await tech.getByLabel(/What .*lamp\.jpg.* shows/).selectOption("after");
  await tech.waitForTimeout(600);
  await tech.context().setOffline(true);
  await send(tech).click();
  await expect(tech.locator("[data-waiting-file]")).toBeVisible();
  await tech.getByRole("button", { name: "Complete" }).click();
  const dialog = tech.getByRole("dialog");
  await dialog.getByLabel("What was done?").fill("A new bulb");
  await dialog.getByRole("button", { name: "Complete" }).click();
  await expect(tech.locator("[data-waiting=completed]")).toBeVisible();
  await tech.context().setOffline(false);
  await expect(tech.locator("[data-kind=completed]")).toBeVisible({ timeout: 30_000 });
  expect(await tech.locator("[data-kind]").evaluateAll((entries) => entries.map((entry) => (entry as HTMLElement).dataset.kind).slice(-2))).toEqual(["attached", "completed"]);
  expect((await told(tech)).attachments[0]).toMatchObject({ mark: "after" });
});
