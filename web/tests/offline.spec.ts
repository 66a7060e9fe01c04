import { expect, type Page, type Route } from "@playwright/test";
import { fresh, keeping, onDevice, report, signIn, test } from "./people";

test("what is reported without a connection is sent once when there is one", async ({ browser }) => {
  const page = await signIn(browser, "requester", keeping);
  await page.goto("/new");
  const titles = [fresh("First offline"), fresh("Second offline")];
  await expect(page.getByLabel("What is broken?")).toBeVisible();
  await page.getByRole("link", { name: "Requests" }).first().click();
  await expect(page.getByRole("table")).toBeVisible();
  await page.context().setOffline(true);
  for (const [index, title] of titles.entries()) {
    await page.getByRole("link", { name: "New request" }).first().click();
    await page.getByLabel("What is broken?").fill(title);
    await page.getByLabel("Category").selectOption("hvac");
    await page.getByRole("button", { name: "Send" }).click();
    await expect(page.getByRole("button", { name: index === 0 ? "1 change waiting" : "2 changes waiting" })).toBeVisible();
  }
  await page.context().setOffline(false);
  await expect(page.getByRole("button", { name: /waiting/ })).toHaveCount(0);
  // Without a reload, each is there, once, in the order in which it was written.
  await page.getByLabel("Order").selectOption({ label: "Newest" });
  for (const title of titles) await expect(page.getByRole("row").getByText(title)).toHaveCount(1);
  const y = async (title: string) => (await page.getByRole("row").getByText(title).boundingBox())?.y ?? 0;
  await expect.poll(async () => (await y(titles[1] as string)) - (await y(titles[0] as string))).toBeLessThan(0);
});

test("a draft outlives the page", async ({ browser }) => {
  const page = await signIn(browser, "requester2");
  await page.goto("/new");
  await page.getByLabel("What is broken?").fill("Half a thought");
  await page.reload();
  await expect(page.getByLabel("What is broken?")).toHaveValue("Half a thought");
  await page.getByRole("button", { name: "Throw away" }).click();
  await expect(page.getByLabel("What is broken?")).toHaveValue("");
});

test("a lost connection is shown, and no event is lost or doubled when it is back", async ({ browser }) => {
  const [requester, manager] = await Promise.all([signIn(browser, "requester", keeping), signIn(browser, "manager")]);
  const url = await report(requester, fresh("The lamp flickers"));
  await expect(requester.getByText("Live", { exact: true })).toBeVisible();
  await manager.goto(url);
  await requester.context().setOffline(true);
  await expect(requester.getByText(/No connection|Connection lost/).first()).toBeVisible();
  await manager.getByRole("button", { name: "Approve" }).click();
  await expect(manager.locator("[data-kind=approved]")).toBeVisible();
  for (const word of ["one", "two", "three"]) {
    await manager.getByRole("textbox", { name: "Write a comment" }).fill(`word ${word}`);
    await manager.getByRole("button", { name: "Send" }).click();
    await expect(manager.locator("[data-kind=commented]").getByText(`word ${word}`)).toBeVisible();
  }
  await requester.context().setOffline(false);
  await expect(requester.locator("[data-kind=commented]").getByText("word three")).toHaveCount(1);
  await expect(requester.locator("[data-seq]")).toHaveCount(5);
  await expect(requester.getByText("Live", { exact: true })).toBeVisible();
});

test("the app opens without a connection, shows what was read before, and sends later what is written then", async ({ browser }) => {
  const page = await signIn(browser, "requester", keeping);
  const title = fresh("The gate is stuck");
  const address = await report(page, title);
  await page.goto("/requests?sort=-created");
  await expect(page.getByRole("row").getByText(title)).toBeVisible();
  await onDevice(page);
  await page.goto(address);
  await expect(page.locator("[data-kind=created]")).toBeVisible();

  await page.context().setOffline(true);
  await page.goto("/requests?sort=-created");
  await page.getByRole("row").getByText(title).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(title);
  await page.getByRole("textbox", { name: "Write a comment" }).fill("Said without a connection");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByRole("button", { name: "1 change waiting" })).toBeVisible();
  await page.context().setOffline(false);
  await expect(page.locator("[data-kind=commented]").getByText("Said without a connection")).toHaveCount(1);
  await expect(page.getByRole("button", { name: /waiting/ })).toHaveCount(0);

  // Nothing stays on the device when its owner leaves.
  await page.goto("/me");
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await page.waitForURL(/sign-in/);
  const kept = () => page.evaluate(() => new Promise<number>((resolve) => {
    const opening = indexedDB.open("kept");
    opening.onsuccess = () => {
      const counting = opening.result.transaction("answers").objectStore("answers").count();
      counting.onsuccess = () => resolve(counting.result);
    };
  }));
  await expect.poll(kept).toBe(0);
});

/** A POST to `path` gets no answer as long as `isOn`, whether or not the server has carried it out; `routes` are those that wait. */
async function holdAnswers(page: Pick<Page, "route">, path: RegExp, isCarriedOut: boolean) {
  const holding = { isOn: true, routes: [] as Route[] };
  await page.route(path, async (route) => {
    if (!holding.isOn || route.request().method() !== "POST") return route.fallback();
    if (isCarriedOut) expect((await route.fetch()).ok()).toBe(true);
    holding.routes.push(route);
  });
  return holding;
}


for (const [when, isCarriedOut] of [["the server has it", true], ["it has left", false]] as const) {
  test(`a comment is there once when the page is reloaded as soon as ${when}`, async ({ browser }) => {
    const page = await signIn(browser, "requester");
    await report(page, fresh("The hinge is loose"));
    const holding = await holdAnswers(page, /\/comments$/, isCarriedOut);
    await page.getByRole("textbox", { name: "Write a comment" }).fill("Said in a hurry");
    await page.getByRole("button", { name: "Send" }).click();
    await expect.poll(() => holding.routes.length).toBe(1);
    holding.isOn = false;
    await page.reload();
    const comment = page.locator("[data-kind=commented]").getByText("Said in a hurry");
    await expect(comment).toHaveCount(1);
    await expect(page.getByRole("button", { name: /waiting/ })).toHaveCount(0);
    await page.reload();
    await expect(comment).toHaveCount(1);
  });

  test(`a report is one request when the page is reloaded as soon as ${when}`, async ({ browser }) => {
    const page = await signIn(browser, "requester");
    const title = fresh("The blind is torn");
    const field = page.getByLabel("What is broken?");
    await page.goto("/new");
    const holding = await holdAnswers(page, /\/api\/requests$/, isCarriedOut);
    await field.fill(title);
    await page.getByLabel("Category").selectOption("other");
    await page.getByRole("button", { name: "Send" }).click();
    await expect.poll(() => holding.routes.length).toBe(1);

    // The queue sends it again, and so does whoever does not trust it: neither makes another one.
    await page.reload();
    await expect(field).toHaveValue(title);
    await expect.poll(() => holding.routes.length).toBe(2);
    await page.getByRole("button", { name: "Send" }).click();
    holding.isOn = false;
    await holding.routes[1]?.abort();
    await expect(page).not.toHaveURL(/new$/);
    await page.goto("/requests?sort=-created");
    await expect(page.getByRole("row").getByText(title)).toHaveCount(1);
    await expect(page.getByRole("button", { name: /waiting/ })).toHaveCount(0);
    await page.goto("/new");
    await expect(field).toHaveValue("");
  });
}

test("what takes long to be sent is called waiting, and what does not is not", async ({ browser }) => {
  const page = await signIn(browser, "requester");
  await report(page, fresh("The latch is stiff"));
  const holding = await holdAnswers(page, /\/comments$/, false);
  await page.getByRole("textbox", { name: "Write a comment" }).fill("Slowly");
  await page.getByRole("button", { name: "Send" }).click();
  await expect.poll(() => holding.routes.length).toBe(1);
  const waiting = page.getByRole("button", { name: "1 change waiting" });
  expect(await waiting.count()).toBe(0);
  await expect(waiting).toBeVisible();
  await expect(page.getByText("Slowly")).toHaveCount(1);
  await holding.routes[0]?.continue();
  await expect(waiting).toHaveCount(0);
  await expect(page.locator("[data-kind=commented]").getByText("Slowly")).toHaveCount(1);
});

test("a browser that gives no database still sends", async ({ browser }) => {
  const page = await signIn(browser, "requester");
  await page.addInitScript(() => Object.defineProperty(window, "indexedDB", { get: () => { throw new DOMException("", "SecurityError"); } }));
  await report(page, fresh("The bin is full"));
  await page.getByRole("textbox", { name: "Write a comment" }).fill("Without a trace");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.locator("[data-kind=commented]").getByText("Without a trace")).toHaveCount(1);
  await expect(page.getByRole("button", { name: /waiting/ })).toHaveCount(0);
});

test("what two windows write at the same time is sent once, and each hears of its own", async ({ browser }) => {
  const first = await signIn(browser, "requester");
  const address = await report(first, fresh("The fan hums"));
  const second = await first.context().newPage();
  await second.goto(address);
  const windows = [[first, "From the first"], [second, "From the second"]] as const;
  // Either window may be the one that sends.
  const holding = await holdAnswers(first.context() as Pick<Page, "route">, /\/comments$/, true);
  for (const [page, words] of windows) {
    await page.getByRole("textbox", { name: "Write a comment" }).fill(words);
    await page.getByRole("button", { name: "Send" }).click();
    await expect.poll(() => holding.routes.length).toBe(1);
  }
  holding.isOn = false;
  await holding.routes[0]?.continue();
  for (const [page] of windows) {
    for (const [, words] of windows) await expect(page.locator("[data-kind=commented]").getByText(words)).toHaveCount(1);
    await expect(page.getByText("Sending")).toHaveCount(0);
    await expect(page.getByRole("button", { name: /waiting/ })).toHaveCount(0);
  }
});

test("a report that is edited without a connection is changed when there is one", async ({ browser }) => {
  const page = await signIn(browser, "requester", keeping);
  const title = fresh("The shelf leans");
  await report(page, title);
  await page.context().setOffline(true);
  await page.getByRole("button", { name: "Edit request" }).click();
  await page.getByRole("dialog").getByLabel("What is broken?").fill(`${title} badly`);
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("button", { name: "1 change waiting" })).toBeVisible();
  await page.context().setOffline(false);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`${title} badly`);
  await expect(page.getByRole("button", { name: /waiting/ })).toHaveCount(0);
});
