// What was begun on one device is there on the next.
import { expect, type Page } from "@playwright/test";
import { fresh, report, signIn, test } from "./people";

const field = (page: Page) => page.getByRole("textbox", { name: "Write a comment" });
/** The window is looked at again. */
const look = (page: Page) => page.evaluate(() => void dispatchEvent(new Event("focus")));
const put = (page: Page) => page.waitForResponse((response) => response.request().method() === "PUT" && response.url().includes("/api/me/drafts/") && response.ok());

test("a text begun on the phone is there on the desk, and nowhere any more once it is sent", async ({ browser }) => {
  const [phone, desk] = [await signIn(browser, "tech2", { viewport: { width: 360, height: 740 } }), await signIn(browser, "tech2")];
  const url = await report(phone, fresh("The sink leaks"));
  const pushed = put(phone);
  await field(phone).fill("Needs a new");
  await pushed;
  await desk.goto(url);
  await expect(field(desk)).toHaveValue("Needs a new");

  const pushedAgain = put(desk);
  await field(desk).fill("Needs a new seal");
  await pushedAgain;
  await phone.waitForTimeout(5_100);
  await look(phone);
  await expect(field(phone)).toHaveValue("Needs a new seal");

  await desk.getByRole("button", { name: "Send" }).click();
  await expect(desk.locator("[data-kind=commented]")).toHaveCount(1);
  await expect(phone.locator("[data-kind=commented]")).toHaveCount(1);
  await phone.waitForTimeout(5_100);
  await look(phone);
  await expect(field(phone)).toHaveValue("");
  await phone.reload();
  await expect(phone.locator("[data-kind=commented]")).toHaveCount(1);
  await expect(field(phone)).toHaveValue("");
});

test("what was written without a network is on the other device when there is one, and words that both wrote are kept", async ({ browser }) => {
  const [phone, desk] = [await signIn(browser, "tech2"), await signIn(browser, "tech2")];
  const url = await report(phone, fresh("The door jams"));
  await desk.goto(url);
  await expect(field(desk)).toBeVisible();
  await phone.context().setOffline(true);
  await field(phone).fill("Written in the lift");
  await field(desk).fill("Written at the desk");
  const pushed = put(phone);
  await phone.context().setOffline(false);
  await pushed;
  await desk.waitForTimeout(5_100);
  await look(desk);
  await desk.waitForTimeout(500);
  // Nobody's words are taken from under their hands.
  await expect(field(desk)).toHaveValue("Written at the desk");
  await expect(field(phone)).toHaveValue("Written in the lift");
});

test("whoever signs out takes their drafts along", async ({ browser }) => {
  const page = await signIn(browser, "requester2");
  const url = await report(page, fresh("The bench wobbles"));
  await field(page).fill("To be continued");
  await page.getByRole("link", { name: /Fajar/ }).click();
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await page.waitForURL(/sign-in/);
  expect(await page.evaluate(() => Object.keys(localStorage).filter((name) => name.startsWith("draft:")))).toEqual([]);
  const again = await signIn(browser, "requester2");
  await again.goto(url);
  await expect(field(again)).toHaveValue("To be continued");
  await field(again).fill("");
});

for (const [what, path, label, place] of [
  ["report", "/new", "What is broken?", "new"],
  ["comment", "request", "Write a comment", "comment:"],
] as const) {
  test(`what is typed in the moment in which the draft of a ${what} is taken up goes on from it`, async ({ browser }) => {
    const page = await signIn(browser, "requester2");
    const at = path === "request" ? await report(page, fresh("The gate sticks")) : path;
    const scope = place + (path === "request" ? new URL(at).pathname.split("/").at(-1) : "");
    const user = await page.request.get("/api/me").then((answer) => answer.json()).then(({ user }) => user.id as string);
    const values = { title: "Begun", body: "Begun", description: "And told at length" };
    await page.evaluate(([user, scope, values]) => {
      const draft = { id: "0198a6b0-0000-7000-8000-000000000001", scope, key: crypto.randomUUID(), values, at: Date.now(), window: "" };
      localStorage.setItem(`draft:${user}:${draft.id}`, JSON.stringify(draft));
    }, [user, scope, values] as const);
    // The browser says which windows are open when it is told to: then the draft is taken up.
    await page.addInitScript(() => {
      const query = navigator.locks.query.bind(navigator.locks);
      navigator.locks.query = () => new Promise((answer) => {
        Object.assign(window, { answerLocks: async () => answer(await query()) });
      });
    });
    await page.goto(at);
    const input = page.getByRole("textbox", { name: label });
    await expect(input).toBeVisible();
    await page.waitForFunction(() => "answerLocks" in window);
    await input.evaluate(async (input: HTMLInputElement) => {
      await (window as unknown as { answerLocks: () => Promise<void> }).answerLocks();
      // All that follows from the answer at once has happened; what is put off to the next task has not.
      for (let turn = 0; turn < 20; turn++) await Promise.resolve();
      const { set } = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(input), "value")!;
      set!.call(input, `${input.value}!`);
      input.dispatchEvent(new Event("input", { bubbles: true }));
    });
    await expect(input).toHaveValue("Begun!");
    if (path === "/new") await expect(page.getByLabel("Where exactly, and what happens?")).toHaveValue("And told at length");
  });
}

test("what is typed right behind a comment that is being sent is a draft of its own, and a refused one is there again before it", async ({ browser }) => {
  const page = await signIn(browser, "tech2");
  await report(page, fresh("The lamp hums"));
  const composer = page.locator("[data-composer]");
  await composer.fill("The first");
  const typeBehind = (text: string) => page.evaluate((text) => {
    const input = document.querySelector<HTMLTextAreaElement>("[data-composer]")!;
    input.form!.requestSubmit();
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value")!.set!.call(input, input.value + text);
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }, text);
  await typeBehind("The second");
  await expect(page.locator("[data-kind=commented]")).toHaveText([/The first/]);
  await expect(composer).toHaveValue("The second");
  await page.reload();
  await expect(composer).toHaveValue("The second");

  await page.route(/\/comments$/, (route) => route.fulfill({ status: 422, contentType: "application/problem+json", body: JSON.stringify({ status: 422, code: "invalid", detail: "No.", errors: [] }) }));
  await page.getByText("Internal", { exact: true }).click();
  await typeBehind("The third");
  await expect(composer).toHaveValue("The second\n\nThe third");
  await expect(page.getByRole("radio", { name: "Internal" })).toBeChecked();
  await page.unroute(/\/comments$/);
  await page.reload();
  await expect(composer).toHaveValue("The second\n\nThe third");
  await expect(page.locator("[data-kind=commented]")).toHaveCount(1);
});

test("a comment that is sent leaves no draft behind, also where the server had it already", async ({ browser }) => {
  const page = await signIn(browser, "requester");
  await report(page, fresh("The cord is frayed"));
  const id = new URL(page.url()).pathname.split("/").at(-1);
  await expect(page.locator("input[data-files]")).toBeAttached();
  const scopes = async () => (await (await page.request.get("/api/me/drafts")).json()).items.map(({ scope }: { scope: string }) => scope);
  await page.getByRole("textbox", { name: "Write a comment" }).fill("Rested before it is sent");
  await expect.poll(scopes, { timeout: 20_000 }).toContain(`comment:${id}`);
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.locator("[data-kind=commented]").getByText("Rested before it is sent")).toBeVisible();
  await expect.poll(scopes).not.toContain(`comment:${id}`);
});

test("what is sent right after a reload, before the page has begun to tell the server, does not come back", async ({ browser }) => {
  const page = await signIn(browser, "tech2");
  await report(page, fresh("The lock sticks"));
  const pushed = put(page);
  await field(page).fill("Oiled");
  await pushed;
  let release = () => undefined as void;
  const held = new Promise<void>((done) => { release = done; });
  await page.route(/\/assets\/OnDevice-/, async (route) => { await held; await route.continue(); });
  await page.reload();
  await expect(field(page)).toHaveValue("Oiled");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.locator("[data-kind=commented]")).toHaveCount(1);
  await expect(field(page)).toHaveValue("");
  release();
  const drafts = async () => (await (await page.request.get("/api/me/drafts")).json()).items.filter(({ body }: { body: string }) => body.includes("Oiled"));
  await expect.poll(drafts).toEqual([]);
  await page.reload();
  await expect(page.locator("[data-kind=commented]")).toHaveCount(1);
  await expect(field(page)).toHaveValue("");
});
