import { expect } from "@playwright/test";
import { type Account, fresh, keeping, report, signIn, test } from "./people";
import { expectSound, first } from "./sound";

const PAGES: { [account in Account]?: string[] } = {
  requester: ["/", "/requests", "/new", "/me", "/inbox", "/no-such-page"],
  manager: ["/", "/requests?priority=high,urgent&hazard=false", "/requests", "request", "/people"],
  admin: ["/system/users", "/system/settings", "/system/logs", "/system/monitor", "/system/sync", "/system/sessions", "/system/mail", "/system/files", "/labels", "/import"],
};

for (const [account, path] of Object.entries(PAGES).flatMap(([account, paths]) => paths.map((path) => [account, path] as const))) {
  test(`axe finds nothing serious: ${account}, ${path}`, async ({ browser }) => {
    test.slow();
    const page = await signIn(browser, account as Account, first);
    await page.goto(path === "request" ? "/requests" : path);
    if (path === "request") await page.locator("[data-index] a").first().click();
    await expect(page.getByRole("heading", { level: 1 }).or(page.getByText("nothing here")).first()).toBeAttached();
    await expect(page.locator(".skeleton")).toHaveCount(0);
    await expectSound(page, path);
  });
}

test("axe finds nothing serious: sign-in", async ({ browser }) => {
  const stranger = await (await browser.newContext(first)).newPage();
  await stranger.goto("/sign-in");
  await stranger.locator("button[type=submit]").click();
  await expectSound(stranger, "/sign-in");
});

test("axe finds nothing serious: a manager's dialogs", async ({ browser }) => {
  test.setTimeout(180_000);
  const manager = await signIn(browser, "manager", { ...keeping, ...first });
  await report(manager, fresh("The hinge squeaks"));
  const dialog = manager.getByRole("dialog");
  const look = async (button: string) => {
    await manager.getByRole("button", { name: button, exact: true }).click();
    await expect(dialog).toBeVisible();
    await expectSound(manager, button);
  };
  await look("Edit request");
  await manager.keyboard.press("Escape");
  await look("Reject");
  await dialog.getByRole("button", { name: "Reject" }).click();
  await expect(dialog.getByText("This is needed.")).toBeVisible();
  await expectSound(manager, "Reject without a reason");
  await manager.keyboard.press("Escape");
  await manager.getByRole("button", { name: "Approve" }).click();
  await look("Assign");
  await manager.keyboard.press("Escape");
  await manager.keyboard.press("?");
  await expect(dialog).toBeVisible();
  await expectSound(manager, "help");
  await manager.keyboard.press("Escape");
  await manager.context().setOffline(true);
  await manager.getByRole("textbox", { name: "Write a comment" }).fill("Later");
  await manager.getByRole("button", { name: "Send" }).click();
  await look("1 change waiting");
  await manager.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
});

test("axe finds nothing serious: an operator's dialogs", async ({ browser }) => {
  test.slow();
  const admin = await signIn(browser, "admin", first);
  await admin.goto("/system/logs");
  // What comes in would move the row from under the pointer.
  await admin.getByRole("button", { name: "Pause" }).click();
  await admin.getByRole("main").getByRole("listitem").getByRole("link").first().click();
  await expect(admin.getByRole("dialog")).toBeVisible();
  await expectSound(admin, "log entry");
  await admin.goto("/me");
  await admin.getByRole("button", { name: "Change name" }).click();
  await expect(admin.getByRole("dialog")).toBeVisible();
  await expectSound(admin, "name");
  await admin.goto("/system/sessions");
  await admin.getByRole("main").getByRole("button", { name: "Sign out there" }).first().click();
  await expect(admin.getByRole("dialog")).toBeVisible();
  await expectSound(admin, "end of a session");
});

test("what a row of the list says fits a phone, and so do the filters", async ({ browser }) => {
  const manager = await signIn(browser, "manager", { viewport: { width: 360, height: 740 }, locale: "id-ID" });
  const headers = { Origin: new URL(manager.url()).origin };
  const made = await manager.request.post("/api/requests", { headers, data: { title: "Kabel terkelupas di lorong", category: "electrical", priority: "urgent", hazard: true } });
  const { id } = await made.json();
  await manager.goto("/requests?sort=-created");
  const row = manager.getByRole("row").filter({ has: manager.locator(`a[href="/requests/${id}"]`) });
  await expect(row.getByText("Bahaya bagi orang")).toBeAttached();
  const cells = await row.getByRole("cell").evaluateAll((cells) => cells.map((cell) => cell.scrollWidth - cell.clientWidth));
  expect(Math.max(...cells)).toBeLessThanOrEqual(1);
  const widths = await manager.getByRole("combobox").evaluateAll((fields) => fields.map((field) => field.clientWidth));
  expect(Math.min(...widths)).toBeGreaterThanOrEqual(100);
  expect(await manager.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
});

test("nothing on the page moves while it loads", async ({ browser }) => {
  test.slow();
  for (const viewport of [{ width: 360, height: 740 }, { width: 1280, height: 860 }]) {
    const page = await signIn(browser, "manager", { viewport });
    await page.addInitScript(() => {
      const shifts: unknown[] = [];
      Object.assign(window, { shifts });
      new PerformanceObserver((list) => shifts.push(...list.getEntries().map((entry) => (entry as PerformanceEntry & { value: number }).value)))
        .observe({ type: "layout-shift", buffered: true });
    });
    const address = await report(page, fresh("The step is loose"));
    for (const path of ["/", "/requests", "/new", "/me", "/places", "/assets", "/import", new URL(address).pathname]) {
      await page.goto(path, { waitUntil: "networkidle" });
      await expect(page.locator(".skeleton")).toHaveCount(0);
      const moved = await page.evaluate(() => (window as unknown as { shifts: number[] }).shifts.reduce((sum, value) => sum + value, 0));
      expect(moved, `${path} at ${viewport.width} px`).toBeLessThan(0.01);
    }
  }
});

test("the first load asks for each thing that the page shows once", async ({ browser }) => {
  const page = await signIn(browser, "manager");
  const address = new URL(await report(page, fresh("The bell is mute"))).pathname;
  const wanted = { "/requests": ["/api/requests?sort=due&limit=100&total=true"], [address]: [`/api${address}`, `/api${address}/events?limit=200`] };
  for (const [path, paths] of Object.entries(wanted)) {
    const asked: string[] = [];
    const note = (request: { url(): string }) => void asked.push(request.url());
    page.on("request", note);
    await page.goto(path);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    page.off("request", note);
    for (const question of ["/api/me", ...paths]) {
      const times = asked.filter((url) => url.endsWith(question));
      expect(times, `${question} on ${path}`).toHaveLength(1);
    }
  }
});

test("pages carry the strict policy, and the API is not the app", async ({ request }) => {
  const page = await request.get("/requests/anything", { headers: { "sec-fetch-mode": "navigate" } });
  expect(page.status()).toBe(200);
  const policy = page.headers()["content-security-policy"] ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toContain("unsafe");
  for (const name of ["strict-transport-security", "x-content-type-options", "referrer-policy", "permissions-policy", "cross-origin-opener-policy"]) {
    expect(page.headers()[name], name).toBeTruthy();
  }
  const missing = await request.get("/api/no-such-thing", { headers: { "sec-fetch-mode": "navigate" } });
  expect(missing.status()).toBe(404);
  expect(missing.headers()["content-type"]).toContain("json");
});

test("the language changes at once and stays", async ({ browser }) => {
  const page = await signIn(browser, "requester");
  await page.goto("/me");
  await page.getByText("Bahasa Indonesia").click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Saya");
  await page.reload();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Saya");
  expect(await page.evaluate(() => document.documentElement.lang)).toBe("id");
});

test("a new name is everywhere at once", async ({ browser }) => {
  const page = await signIn(browser, "tech2");
  const name = fresh("Dimas");
  await page.goto("/me");
  await page.getByRole("button", { name: "Change name" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill(" ");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByText("This is needed.")).toBeVisible();
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByRole("main").getByText(name)).toBeVisible();
  await expect(page.getByRole("navigation").getByText(name)).toBeVisible();
  await page.reload();
  await expect(page.getByRole("main").getByText(name)).toBeVisible();
});

test("a name of somebody on the staff is refused in the reader's own language", async ({ browser }) => {
  const page = await signIn(browser, "requester2", { locale: "id-ID" });
  await page.goto("/me");
  await page.getByRole("button", { name: "Ubah nama" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Nama").fill("Budi Santoso");
  await dialog.getByRole("button", { name: "Simpan" }).click();
  await expect(dialog.getByText("sudah dipakai orang yang bekerja di sini").first()).toBeVisible();
});

test("an operator ends somebody's session, and that page is at the sign-in", async ({ browser }) => {
  const [admin, tech] = await Promise.all([signIn(browser, "admin"), signIn(browser, "tech", { userAgent: "Mozilla/5.0 (X11; Linux) Opera/Test OPR/1" })]);
  await admin.goto("/system/sessions");
  await admin.getByRole("searchbox").fill("tech@cepatedge");
  const person = admin.getByRole("region").filter({ hasText: "tech@cepatedge.test" });
  await person.getByRole("listitem").filter({ hasText: "Opera" }).first().getByRole("button").click();
  await admin.getByRole("dialog").getByRole("button", { name: "Sign out there" }).click();
  await expect(admin.getByRole("dialog")).toHaveCount(0);
  await expect(person.getByRole("listitem").filter({ hasText: "Opera" })).toHaveCount(0);
  // The page may be there already: it hears of it.
  await tech.goto("/requests");
  await tech.waitForURL(/sign-in/);
});

test("an operator sees log entries come, and a role without the right finds nothing", async ({ browser }) => {
  const [admin, requester] = await Promise.all([signIn(browser, "admin"), signIn(browser, "requester")]);
  await admin.goto("/system/logs?q=sessions");
  await expect(admin.getByRole("status").getByText("Live", { exact: true })).toBeVisible();
  const before = await admin.getByText("/api/me/sessions").count();
  await requester.goto("/me");
  await expect.poll(() => admin.getByText("/api/me/sessions").count()).toBeGreaterThan(before);
  await admin.getByRole("button", { name: "Pause" }).click();
  const still = await admin.getByRole("main").getByRole("listitem").count();
  await requester.reload();
  await expect(admin.getByText(/[1-9]\d* entr(y|ies) while paused/)).toBeVisible();
  expect(await admin.getByRole("main").getByRole("listitem").count()).toBe(still);
  await admin.getByRole("button", { name: "Follow live" }).click();
  await expect.poll(() => admin.getByRole("main").getByRole("listitem").count()).toBeGreaterThan(still);
  await admin.getByText("/api/me/sessions").first().click();
  await admin.getByRole("dialog").getByRole("link", { name: "Show the whole trace" }).click();
  await expect(admin.getByText("Everything with trace id")).toBeVisible();
  await expect(admin.getByRole("listitem").first()).toBeVisible();
  await requester.goto("/system/logs");
  await expect(requester.getByText("There is nothing here that you can see.")).toBeVisible();
});

test("a key that comes before the list is painted finds its first row", async ({ browser }) => {
  const page = await signIn(browser, "manager");
  await page.addInitScript(() => {
    new MutationObserver((_, observer) => {
      if (!document.querySelector("[data-index] a")) return;
      observer.disconnect();
      document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "j", bubbles: true }));
    }).observe(document, { childList: true, subtree: true });
  });
  await page.goto("/requests");
  await expect(page.locator('[data-index="0"] a')).toBeFocused();
});

test("the list is walked with keys", async ({ browser }) => {
  const page = await signIn(browser, "manager");
  await page.goto("/requests");
  await expect(page.getByRole("row").getByRole("link").first()).toBeVisible();
  await page.keyboard.press("/");
  await expect(page.getByRole("searchbox")).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("searchbox")).not.toBeFocused();
  const row = (index: number) => page.locator(`[data-index="${index}"] a`);
  const second = await row(1).getAttribute("href");
  for (const key of ["j", "j", "j", "k"]) await page.keyboard.press(key);
  await expect(row(1)).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(`${second}$`));
  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  // A page without a search of its own has that of everything.
  await page.keyboard.press("/");
  await expect(page.getByRole("dialog").getByRole("combobox")).toBeFocused();
  await page.keyboard.press("Escape");
  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.keyboard.press("n");
  await expect(page).toHaveURL(/\/new$/);
});
