// What every page and dialog is held to, on each of these screens: nothing serious by axe, and nothing that sticks out sideways.
import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

/** A phone and a desk in both themes; in one each the smallest phone, a tablet, and a desk whose page is twice as large. */
const SCREENS = [["dark", 320, 640], ["light", 360, 800], ["dark", 360, 800], ["light", 640, 400], ["light", 768, 1024], ["dark", 1280, 800], ["light", 1280, 800]] as const;
const [[firstScheme, firstWidth, firstHeight]] = SCREENS;
export const first = { colorScheme: firstScheme, reducedMotion: "reduce", viewport: { width: firstWidth, height: firstHeight } } as const;

/** What makes the page scroll sideways, where it does. */
function sticksOut(): string[] {
  if (document.documentElement.scrollWidth <= innerWidth) return [];
  const out = [...document.querySelectorAll("*")].filter((one) => one.getBoundingClientRect().right > innerWidth);
  return [`the page is ${document.documentElement.scrollWidth} px wide`, ...out.slice(0, 20).map((one) => `<${one.localName} class="${one.getAttribute("class")}"> ${one.textContent?.slice(0, 80)}`)];
}

/** What axe calls serious or critical, and whether the page fits its width, on each of the screens. */
export async function expectSound(page: Page, what: string) {
  for (const [colorScheme, width, height] of SCREENS) {
    const where = `${what}, ${colorScheme}, ${width} px`;
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height });
    // Colours that change glide.
    await expect.poll(() => page.evaluate(() => document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity).length)).toBe(0);
    const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]).analyze();
    const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
    expect(serious.map(({ id, nodes }) => `${where} ${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`)).toEqual([]);
    // What is just coming in may stick out for a frame.
    await expect.poll(() => page.evaluate(sticksOut), { message: `${where} scrolls sideways` }).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: firstScheme });
  await page.setViewportSize(first.viewport);
}
