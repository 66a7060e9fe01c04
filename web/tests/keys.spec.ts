// By keyboard, and on a phone: the place is kept, and what counts is in sight.
import { expect, type Page } from "@playwright/test";
import { choose, fresh, report, signIn, test } from "./people";

const step = (page: Page, kind: string) => page.locator(`[data-kind=${kind}]`);
const focused = (page: Page) => page.evaluate(() => document.activeElement?.tagName);

test("the focus goes on after a step, with a dialog and without one, and Ctrl+Enter sends", async ({ browser }) => {
  const page = await signIn(browser, "manager");
  await page.goto("/new");
  await page.getByLabel("What is broken?").fill(fresh("By keyboard"));
  await page.getByLabel("Category").selectOption("other");
  await expect(page.getByLabel("What is broken?")).toHaveAttribute("required", "");
  await page.keyboard.press("Control+Enter");
  await expect(step(page, "created")).toBeVisible();

  await page.getByRole("button", { name: "Approve" }).focus();
  await page.keyboard.press("Enter");
  await expect(step(page, "approved")).toBeVisible();
  await expect(page.getByRole("button", { name: "Assign" })).toBeFocused();
  await page.keyboard.press("Enter");
  await choose(page.getByRole("dialog").getByLabel("Who does the work?"), /^Citra/);
  await page.keyboard.press("Control+Enter");
  await expect(step(page, "assigned")).toBeVisible();
  await expect.poll(() => focused(page)).toBe("BUTTON");

  // The next step has a key.
  await page.keyboard.press("a");
  await expect(step(page, "started")).toBeVisible();
  // The live event may be here before the answer to the step, and until then no other step can be taken.
  await expect(page.getByRole("button", { name: "Put on hold" })).toBeEnabled();
  await page.getByRole("button", { name: "Put on hold" }).focus();
  await page.keyboard.press("Enter");
  await page.keyboard.type("Waiting for a part");
  await page.keyboard.press("Control+Enter");
  await expect(step(page, "held")).toContainText("Waiting for a part");
  await expect.poll(() => focused(page)).toBe("BUTTON");
});

test("a request is worked with keys, from one to the next of its list and back to it", async ({ browser }) => {
  const page = await signIn(browser, "manager");
  const titles = [fresh("Lower"), fresh("Upper")];
  for (const title of titles) await report(page, title);
  await page.goto("/requests?sort=-created");
  await page.getByRole("row").getByText(titles[1]!).click();
  const heading = page.getByRole("heading", { level: 1 });
  await expect(heading).toHaveText(titles[1]!);
  await page.keyboard.press("j");
  await expect(heading).toHaveText(titles[0]!);
  await page.keyboard.press("k");
  await expect(heading).toHaveText(titles[1]!);
  await page.keyboard.press("c");
  await expect(page.getByRole("textbox", { name: "Write a comment" })).toBeFocused();
  await page.keyboard.type("With keys alone: a e j k");
  await page.keyboard.press("Control+Enter");
  await expect(step(page, "commented")).toContainText("With keys alone: a e j k");
  await heading.click();
  await page.keyboard.press("e");
  await expect(page.getByRole("dialog", { name: "Edit request" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.keyboard.press("u");
  await expect(page).toHaveURL(/sort=-created/);
  await page.keyboard.press("/");
  await expect(page.getByRole("searchbox")).toBeFocused();
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("dialog").getByRole("combobox")).toBeFocused();
});

test("a number in the address opens its request, in any spelling", async ({ browser }) => {
  const page = await signIn(browser, "requester");
  const title = fresh("Found by its number");
  await report(page, title);
  const number = /MR-0*(\d+)/.exec(await page.locator("header").filter({ has: page.locator("h1") }).innerText())![1]!;
  for (const spelling of [`MR-${number.padStart(6, "0")}`, `mr%20${number}`, number]) {
    await page.goto(`/requests/${spelling}`);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(title);
    await expect(page).toHaveURL(/\/requests\/[0-9a-f-]{36}$/);
  }
  await page.goto("/requests/MR-99999999");
  await expect(page.getByText("There is nothing here that you can see.")).toBeVisible();
});

test("on a phone the due time, the people and the category are in the first screen, and the next step is at the thumb", async ({ browser }) => {
  const page = await signIn(browser, "manager", { viewport: { width: 360, height: 740 } });
  await report(page, fresh("A long way down ".repeat(4)).trim());
  await page.getByRole("textbox", { name: "Write a comment" }).fill("word\n".repeat(1_000));
  // However much is written, what sends it is near.
  expect((await page.getByRole("textbox", { name: "Write a comment" }).boundingBox())!.height).toBeLessThan(400);
  await page.getByRole("textbox", { name: "Write a comment" }).fill("");
  await page.getByRole("heading", { level: 1 }).click();
  await page.evaluate(() => scrollTo(0, 0));
  const head = page.locator("article header");
  for (const words of ["Due:", "Reported by:", "Assigned to:"]) await expect(head.getByText(words)).toBeAttached();
  for (const words of ["in 3 days", "Plumbing", "Nobody yet"]) {
    const box = (await head.getByText(words).boundingBox())!;
    expect(box.y + box.height, words).toBeLessThan(740 - 64);
  }
  for (const y of [0, 10_000]) {
    await page.evaluate((y) => scrollTo(0, y), y);
    await expect(page.getByRole("button", { name: "Approve" })).toBeInViewport();
  }
  const button = (await page.getByRole("button", { name: "Approve" }).boundingBox())!;
  expect(button.y).toBeGreaterThan(500);
});
