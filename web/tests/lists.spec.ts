// The list of requests under the hand: what filters it, what moves in it, where the focus is.
import { expect, type Page } from "@playwright/test";
import { fresh, signIn, test } from "./people";
import { expectSound } from "./things";

/** Makes requests by the API, as whoever is signed in on this page, and answers with their ids. */
async function make(page: Page, titles: string[], more: object = {}): Promise<string[]> {
  const headers = { origin: new URL(page.url()).origin };
  const answers = await Promise.all(titles.map((title) => page.request.post("/api/requests", { headers, data: { title, category: "other", priority: "low", ...more } })));
  return Promise.all(answers.map(async (answer) => (await answer.json()).id));
}

test("every filter that acts is seen, has a name, and is taken away with the keyboard", async ({ browser }) => {
  const page = await signIn(browser, "manager");
  const { items } = await (await page.request.get("/api/users?role=technician")).json();
  const { id, name } = items[0];
  await page.goto(`/requests?priority=high,urgent&category=hvac&hazard=false&assignee=${id}&requester=me`);
  await expect(page.getByRole("combobox", { name: "Category" })).toHaveValue("hvac");
  const chips = page.getByRole("list", { name: "Filters that act" }).getByRole("button");
  await expect(chips).toHaveText(["Priority Urgent", "Priority High", "Danger to people No", `Assigned to ${name}`].map((text) => new RegExp(`${text}$`)));
  await page.getByRole("button", { name: "Remove filter: Priority High" }).focus();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/priority=urgent(&|$)/);
  await expect(page.getByRole("combobox", { name: "Priority" })).toHaveValue("urgent");
  // Of two priorities one is left, which the control shows.
  await expect(page.getByRole("button", { name: `Remove filter: Assigned to ${name}` })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Remove filter: Danger to people No" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("search", { name: "Filters" })).toBeFocused();
  await page.getByRole("combobox", { name: "Category" }).selectOption({ label: "Lift" });
  await expect(page).toHaveURL(/category=lift/);
  await page.getByRole("button", { name: "Clear filters" }).last().press("Enter");
  await expect(page).toHaveURL(/\/requests$/);
  await expect(page.getByRole("search", { name: "Filters" })).toBeFocused();
});

const firstRow = (page: Page) => page.locator("[data-index='0']");
const pill = (page: Page) => page.getByRole("button", { name: /new requests?$/ });

test("no row moves under a resting pointer; when it leaves, the new one comes in and is seen to", async ({ browser }) => {
  const [manager, requester] = await Promise.all([signIn(browser, "manager"), signIn(browser, "requester")]);
  await manager.goto("/requests?sort=-created");
  const before = await firstRow(manager).getByRole("link").getAttribute("href");
  await firstRow(manager).hover();
  const title = fresh("The pump hums");
  await make(requester, [title]);
  await expect(pill(manager)).toHaveText("1 new request");
  expect(await firstRow(manager).getByRole("link").getAttribute("href")).toBe(before);
  // On its way to the pill the hand is still there.
  await pill(manager).hover();
  expect(await firstRow(manager).getByRole("link").getAttribute("href")).toBe(before);
  await manager.mouse.move(0, 0);
  await expect(firstRow(manager)).toContainText(title);
  await expect(firstRow(manager).locator(".arrive")).toBeAttached();
  await expect(pill(manager)).toHaveCount(0);
  await expect(firstRow(manager).locator(".arrive")).toHaveCount(0);
});

test("no row moves while the focus is in the list, and the pill leads to the first that came in", async ({ browser }) => {
  const [manager, requester] = await Promise.all([signIn(browser, "manager"), signIn(browser, "requester")]);
  await manager.goto("/requests?sort=-created");
  await expect(firstRow(manager)).toBeVisible();
  await manager.keyboard.press("j");
  const focused = firstRow(manager).getByRole("link");
  await expect(focused).toBeFocused();
  const before = await focused.getAttribute("href");
  const titles = [fresh("The pump hums"), fresh("The fan rattles")];
  for (const title of titles) await make(requester, [title]);
  await expect(pill(manager)).toHaveText("2 new requests");
  expect(await focused.getAttribute("href")).toBe(before);
  await pill(manager).press("Enter");
  await expect(firstRow(manager).getByRole("link")).toBeFocused();
  await expect(firstRow(manager)).toContainText(titles[1]!);
  await expect(manager.locator("[data-index='1'] .arrive")).toBeAttached();
  await expect(manager.locator("[data-index='2'] .arrive")).toHaveCount(0);
});

test("a row that somebody else changes shows it, and says it to whoever listens", async ({ browser }) => {
  const [manager, requester] = await Promise.all([signIn(browser, "manager"), signIn(browser, "requester")]);
  const [id] = await make(requester, [fresh("The gate creaks")]);
  await requester.goto("/requests?sort=-created");
  const row = requester.getByRole("row").filter({ has: requester.locator(`a[href="/requests/${id}"]`) });
  await row.hover();
  const headers = { origin: new URL(manager.url()).origin };
  expect((await manager.request.post(`/api/requests/${id}/approve`, { headers, data: {} })).status()).toBe(200);
  await expect(row.locator(".arrive")).toBeAttached();
  await expect(row).toContainText("Approved");
  await expect(requester.locator("[aria-live=polite]")).toHaveText(/^MR-\d+ changed: Approved$/);
});

test("the rows of the home page keep their order under the hand", async ({ browser }) => {
  const [manager, requester] = await Promise.all([signIn(browser, "manager"), signIn(browser, "requester")]);
  const [older, newer] = [fresh("The older leak"), fresh("The newer leak")];
  await make(requester, [older], { priority: "urgent" });
  await manager.goto("/");
  const recent = manager.getByRole("region", { name: "Recently updated" });
  const first = recent.getByRole("listitem").first();
  await expect(first).toContainText(older);
  await first.hover();
  await make(requester, [newer], { priority: "urgent" });
  await expect(recent.getByRole("button", { name: "Show what changed" })).toBeVisible();
  await expect(first).toContainText(older);
  await manager.mouse.move(0, 0);
  await expect(first).toContainText(newer);
  await expect(first.locator(".arrive")).toBeAttached();
  await first.hover();
  await make(requester, [older], { priority: "urgent" });
  await recent.getByRole("button", { name: "Show what changed" }).click();
  await expect(recent.getByRole("button", { name: "Show what changed" })).toHaveCount(0);
});

test("whoever comes back to the list is on the row that they came from, and goes on from there", async ({ browser }) => {
  const page = await signIn(browser, "manager");
  await make(page, Array.from({ length: 40 }, () => fresh("A row to walk on")));
  await page.goto("/requests?sort=-created");
  const row = (index: number) => page.locator(`[data-index="${index}"] a`);
  await expect(row(0)).toBeVisible();
  for (let step = 0; step <= 25; step++) await page.keyboard.press("j");
  await expect(row(25)).toBeFocused();
  const [opened, scrolled] = [await row(25).getAttribute("href"), await page.evaluate(() => scrollY)];
  expect(scrolled).toBeGreaterThan(0);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(`${opened}$`));
  const list = await page.evaluate(() => JSON.parse(sessionStorage.getItem("list")!));
  expect(list.ids.slice(24, 27)).toContain(opened!.split("/").at(-1));
  await page.goBack();
  await expect(page.locator(`a[href="${opened}"]`)).toBeFocused();
  await expect(page.locator(`a[href="${opened}"]`)).toBeInViewport();
  await page.keyboard.press("j");
  await expect(row(26)).toBeFocused();
  // Also whoever turns back before the page has come.
  await page.route(/\/api\/requests\/[0-9a-f-]{36}$/, () => undefined);
  const other = await row(27).getAttribute("href");
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(`${other}$`));
  await page.goBack();
  await expect(page.locator(`a[href="${other}"]`)).toBeFocused();
  await page.unroute(/\/api\/requests\/[0-9a-f-]{36}$/);
  // A visit that is none of coming back begins at the beginning.
  await page.getByRole("link", { name: "Requests" }).first().click();
  await expect(page.locator("[data-index] a:focus")).toHaveCount(0);
});

test("no key of the list throws the focus away", async ({ browser }) => {
  const page = await signIn(browser, "manager");
  await page.goto("/requests");
  await expect(firstRow(page)).toBeVisible();
  await page.keyboard.press("/");
  await page.keyboard.type("zzz-nothing");
  await page.keyboard.press("Enter");
  await expect(page.getByText("Nothing matches")).toBeVisible();
  await expect(page.getByRole("searchbox")).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("main")).toBeFocused();
  await page.keyboard.press("?");
  const help = page.getByRole("dialog", { name: "Keyboard" });
  for (const group of ["Everywhere, and in lists", "On a request"]) await expect(help.getByRole("region", { name: group })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("main")).toBeFocused();
});

test("lists begin with what is due first, ended ones are behind, and what comes in finds its place", async ({ browser }) => {
  const [manager, requester] = await Promise.all([signIn(browser, "manager"), signIn(browser, "requester")]);
  // Of one person of our own, so that the list is short: everything that they report is seen in it.
  const me = (await (await requester.request.get("/api/me")).json()).user.id;
  const word = fresh("Gasket").replace(" ", "-");
  const [low] = await make(requester, [`Low ${word}`], { priority: "low" });
  const [urgent] = await make(requester, [`Urgent ${word}`], { priority: "urgent" });
  const [ended] = await make(requester, [`Ended ${word}`], { priority: "urgent" });
  const headers = { origin: new URL(requester.url()).origin };
  expect((await requester.request.post(`/api/requests/${ended}/cancel`, { headers, data: { reason: "Mended" } })).status()).toBe(200);
  await manager.goto(`/requests?requester=${me}&q=${word}`);
  const shown = () => manager.locator("[data-index] a").evaluateAll((links) => links.map((link) => link.getAttribute("href")!.split("/").at(-1)));
  await expect.poll(shown).toEqual([urgent, low, ended]);
  await expect(manager.getByRole("combobox", { name: "Order" })).toHaveValue("due");
  const [normal] = await make(requester, [`Normal ${word}`], { priority: "normal" });
  await expect.poll(shown).toEqual([urgent, normal, low, ended]);
  await manager.getByRole("combobox", { name: "Order" }).selectOption({ label: "Newest" });
  await expect(manager).toHaveURL(/sort=-created/);
  await expect.poll(shown).toEqual([normal, ended, urgent, low]);
});

test("a list tells how many it has, exactly, and goes on doing so where it is not loaded to its end", async ({ browser }) => {
  const [manager, requester] = await Promise.all([signIn(browser, "manager"), signIn(browser, "requester2")]);
  const word = fresh("Hinge").replace(" ", "-");
  for (let part = 0; part < 5; part++) await make(requester, Array.from({ length: 21 }, (_, index) => `${word} ${part} ${index}`));
  await manager.goto(`/requests?q=${word}`);
  await expect(manager.getByText("105 in all")).toBeVisible();
  await make(requester, [`${word} once more`]);
  await expect(manager.getByText("106 in all")).toBeVisible();
  const { total } = await (await manager.request.get("/api/requests?status=submitted&total=true&limit=1")).json();
  await manager.goto("/");
  const badge = manager.getByRole("region", { name: "Needs you now" }).getByRole("heading", { name: /^To approve/ }).locator("span");
  await expect(badge).toHaveText(new Intl.NumberFormat("en").format(total));
  await make(requester, [`${word} and another`]);
  await expect(badge).toHaveText(new Intl.NumberFormat("en").format(total + 1));
});

test("words are found in any order and in the description, and what was found there looks like what it is", async ({ browser }) => {
  const [manager, requester] = await Promise.all([signIn(browser, "manager"), signIn(browser, "requester")]);
  const [word, hidden] = [fresh("AC").replace(" ", "-"), fresh("boiler").replace(" ", "-")];
  const [id] = await make(requester, [`${word} bocor`], { description: `Behind the ${hidden}` });
  await manager.goto("/requests");
  const row = manager.getByRole("row").filter({ has: manager.locator(`a[href="/requests/${id}"]`) });
  for (const sought of [`bocor  ${word}`, `${hidden} behind`]) {
    await manager.getByRole("searchbox").fill(sought);
    await expect(manager.getByText("1 in all")).toBeVisible();
    await expect(row).toBeVisible();
    await expect(row).toHaveCSS("opacity", "1");
  }
  // Whoever types and turns to a row is not called back by the search, however long the row's page takes.
  await manager.route(new RegExp(`/api/requests/${id}$`), (route) => setTimeout(() => void route.continue(), 1_500));
  await manager.getByRole("searchbox").fill(word);
  await row.getByRole("link").click();
  await expect(manager.getByRole("heading", { level: 1 })).toHaveText(`${word} bocor`);
  await manager.goBack();
  // Opened again, it is still there.
  await row.getByRole("link").click();
  await expect(manager.getByRole("heading", { level: 1 })).toHaveText(`${word} bocor`);
  await manager.goBack();
  await expect(row).toBeVisible();
  await expect(row).toHaveCSS("opacity", "1");
});

test("what is late, what is due soon and what has files is chosen in the bar, and the address keeps it", async ({ browser }) => {
  const page = await signIn(browser, "manager", { viewport: { width: 360, height: 740 } });
  const tag = fresh("Filtered");
  const [[urgent], [low]] = [await make(page, [`${tag} urgent`], { priority: "urgent" }), await make(page, [`${tag} low`])];
  const attach = async (id: string | undefined) => {
    const headers = { origin: new URL(page.url()).origin, "x-cepatedge": "test" };
    const answer = await page.request.post(`/api/requests/${id}/attachments?filename=note.txt`, { headers, data: Buffer.from("It drips.") });
    expect(answer.status(), await answer.text()).toBe(201);
  };
  await attach(low);
  const shown = (title: string) => page.getByRole("row").filter({ hasText: `${tag} ${title}` });
  await page.goto(`/requests?q=${encodeURIComponent(tag)}`);
  await expect(shown("urgent")).toBeVisible();
  await page.getByRole("combobox", { name: "Due" }).selectOption("Overdue");
  await expect(page.getByText("Nothing matches")).toBeVisible();
  await page.getByRole("combobox", { name: "Due" }).selectOption("Due within 7 days");
  await expect(shown("urgent")).toBeVisible();
  await page.getByRole("combobox", { name: "Due" }).selectOption("");
  await page.getByRole("button", { name: "With files" }).press("Enter");
  await expect(shown("low")).toBeVisible();
  await expect(shown("urgent")).toHaveCount(0);
  await expect(page).toHaveURL(/files=true/);
  // It comes in as soon as it has one.
  await attach(urgent);
  await expect(shown("urgent")).toBeVisible();
  await page.reload();
  await expect(shown("urgent")).toBeVisible();
  await expect(page.getByRole("button", { name: "With files" })).toHaveAttribute("aria-pressed", "true");
  await expectSound(page);
});
