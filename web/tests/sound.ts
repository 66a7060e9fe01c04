// What every page and dialog is held to, on each of these screens: nothing serious by axe, and nothing that sticks out sideways.
import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

/** The rules of WCAG 2.2 A and AA. Without frames of others axe needs no window of its own, which takes longer than to look; what is right is not listed. */
export const axe = (page: Page) =>
  new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ["violations"] }).withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]);

/** A phone, as small as there are, and a desk in both themes; then a tablet, and a desk whose page is twice as large, which are looked at for their width alone. */
const SCREENS = [["dark", 320, 640], ["light", 360, 800], ["dark", 1280, 800], ["light", 1280, 800], ["light", 640, 400], ["light", 768, 1024]] as const;
const LOOKED_AT = 4;
const [[firstScheme, firstWidth, firstHeight]] = SCREENS;
export const first = { colorScheme: firstScheme, reducedMotion: "reduce", viewport: { width: firstWidth, height: firstHeight } } as const;

/** What axe calls serious or critical. */
export async function seriousOf(page: Page): Promise<string[]> {
  // Colours that change glide.
  await expect.poll(() => page.evaluate(() => document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity).length)).toBe(0);
  const { violations } = await axe(page).analyze();
  return violations.filter(({ impact }) => impact === "serious" || impact === "critical").map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`);
}

/** What makes the page scroll sideways, where it does. */
function sticksOut(): string[] {
  if (document.documentElement.scrollWidth <= innerWidth) return [];
  const out = [...document.querySelectorAll("*")].filter((one) => one.getBoundingClientRect().right > innerWidth);
  return [`the page is ${document.documentElement.scrollWidth} px wide`, ...out.slice(0, 20).map((one) => `<${one.localName} class="${one.getAttribute("class")}"> ${one.textContent?.slice(0, 80)}`)];
}

/** What axe calls serious or critical, and whether the page fits its width, on each of the screens. */
export async function expectSound(page: Page, what: string) {
  for (const [place, [colorScheme, width, height]] of SCREENS.entries()) {
    const where = `${what}, ${colorScheme}, ${width} px`;
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height });
    if (place < LOOKED_AT) expect(await seriousOf(page), where).toEqual([]);
    // What is just coming in may stick out for a frame.
    await expect.poll(() => page.evaluate(sticksOut), { message: `${where} scrolls sideways` }).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: firstScheme });
  await page.setViewportSize(first.viewport);
}

/** The same of the page at the width that it has, and nothing at all by axe. */
export async function expectSoundHere(page: Page) {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await expect.poll(() => page.evaluate(() => document.getAnimations().length)).toBe(0);
    const { violations } = await axe(page).analyze();
    expect(violations.map(({ id, nodes }) => `${colorScheme} ${id}: ${nodes[0]?.html}`)).toEqual([]);
  }
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
}
