// What the tests of places and assets do again and again.
import { expect, type Page } from "@playwright/test";
import { seriousOf } from "./sound";

/** Makes a thing by the API, as whoever is signed in on this page. */
export async function make(page: Page, path: string, data: object): Promise<{ id: string; name: string }> {
  const answer = await page.request.post(path, { headers: { origin: new URL(page.url()).origin }, data });
  expect(answer.status(), await answer.text()).toBe(201);
  return answer.json();
}

/** What axe calls serious or critical, and whether the page fits its width: on a desk in the light and on a phone in the dark. */
export async function expectSound(page: Page) {
  for (const [colorScheme, width] of [["light", 1280], ["dark", 360]] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.setViewportSize({ width, height: 800 });
    expect(await seriousOf(page), `${colorScheme}, ${width} px`).toEqual([]);
    await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  }
  await page.setViewportSize({ width: 1280, height: 860 });
}
