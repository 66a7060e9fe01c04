// The demo accounts in browsers of their own, and what the tests do again and again.
import { type Browser, type BrowserContextOptions, chromium, expect, type Locator, type Page, test as base } from "@playwright/test";

/** Each test closes what it opened: a page that stays goes on living, and a hundred of them slow down the next test. */
export const test = base.extend<{ closing: undefined }>({
  closing: [async ({ browser }, use) => {
    await use(undefined);
    await Promise.all(browser.contexts().map((context) => context.close()));
  }, { auto: true }],
});

export type Account = "admin" | "manager" | "tech" | "tech2" | "requester" | "requester2";

/** A browser that keeps the app on the device, as everybody's does: for what goes offline, and what is told while the app is closed. */
export const keeping = { serviceWorkers: "allow" } as const;

/** The app is on the device, and works this page. */
export async function onDevice(page: Page) {
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.reload();
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);
}

const BASE_URL = process.env.BASE_URL ?? "http://localhost:8787";

/** A whole browser, with what the one without a window lacks: a camera, a microphone and sound, or none of them, as `args` say. */
export async function withBrowser(args: string[], use: (browser: Browser) => Promise<void>) {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-dev-shm-usage", ...args] });
  try {
    await use(browser);
  } finally {
    await browser.close();
  }
}

/** What its contexts do not know by themselves. */
export const whole = { baseURL: BASE_URL, locale: "en" } as const;

/** A browser of its own with `account` signed in. Whatever breaks the page's policy fails the test. */
export async function signIn(browser: Browser, account: Account, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
  const page = await context.newPage();
  page.on("console", (message) => {
    if (/Content Security Policy/.test(message.text())) throw new Error(message.text());
  });
  page.on("pageerror", (error) => {
    throw error;
  });
  const answer = await context.request.post("/api/auth/login", {
    headers: { origin: BASE_URL },
    data: { email: `${account}@cepatedge.test`, password: "cepatedge-demo" },
  });
  expect(answer.status(), await answer.text()).toBe(200);
  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  // Under a pointer that rests on them, rows do not move.
  await page.mouse.move(0, 0);
  return page;
}

export async function report(page: Page, title: string, shown = title, priority = "Normal"): Promise<string> {
  await page.goto("/new");
  await page.getByLabel("What is broken?").fill(title);
  await page.getByLabel("Category").selectOption("plumbing");
  await page.getByRole("radio", { name: priority }).check({ force: true });
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(shown);
  return page.url();
}

/** Chooses the first option whose words fit, as soon as there is one. */
export async function choose(select: Locator, name: RegExp) {
  const option = select.getByRole("option").filter({ hasText: name }).first();
  await select.selectOption({ label: (await option.textContent()) ?? "" });
}

/** So long that what others did on this page has been noticed: before that, a press means what was there before. */
export const noticed = (page: Page) => page.waitForTimeout(500);

let count = 0;
/** A title that no other run has used. */
export const fresh = (what: string): string => `${what} ${Date.now()}-${count++}`;
