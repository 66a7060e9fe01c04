// What the tests of places and assets do again and again.
import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

/** Makes a thing by the API, as whoever is signed in on this page. */
export async function make(page: Page, path: string, data: object): Promise<{ id: string; name: string }> {
  const answer = await page.request.post(path, { headers: { origin: new URL(page.url()).origin }, data });
  expect(answer.status(), await answer.text()).toBe(201);
  return answer.json();
}

/** What axe calls serious or critical, in both themes and on a phone; and whether the page fits its width. */
export async function expectSound(page: Page) {
  for (const [colorScheme, width] of [["light", 1280], ["dark", 360], ["light", 360]] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.setViewportSize({ width, height: 800 });
    // Colours that change glide.
    await expect.poll(() => page.evaluate(() => document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity).length)).toBe(0);
    const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]).analyze();
    expect(violations.filter(({ impact }) => impact === "serious" || impact === "critical").map(({ id, nodes }) => `${colorScheme} ${width}: ${id} ${nodes[0]?.html}`)).toEqual([]);
    await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  }
  await page.setViewportSize({ width: 1280, height: 860 });
}
