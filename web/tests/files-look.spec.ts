// What files look like: axe on each screen in both themes, and, where FILES_SHOTS names a folder, pictures to be looked at.
import { expect, type Page } from "@playwright/test";
import { fresh, report, signIn, test } from "./people";
import { pdf, photo, text } from "./pictures";
import { expectSound, first } from "./sound";

const SHOTS = process.env.FILES_SHOTS;

async function look(page: Page, what: string) {
  await expectSound(page, what);
  if (!SHOTS) return;
  for (const [colorScheme, width, height] of [["light", 360, 800], ["dark", 1280, 800], ["dark", 360, 800], ["light", 1280, 800]] as const) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height });
    await page.screenshot({ path: `${SHOTS}/${what}-${colorScheme}-${width}.png` });
  }
  await page.emulateMedia({ colorScheme: first.colorScheme });
  await page.setViewportSize(first.viewport);
}

for (const locale of ["en", "id-ID"]) {
  test(`files are sound on every screen: ${locale}`, async ({ browser }) => {
    test.setTimeout(300_000);
    const page = await signIn(browser, "manager", first);
    await report(page, fresh("The gutter overflows"));
    const address = page.url();
    const input = page.locator("input[data-files]");
    await input.setInputFiles([await photo(page, "a gutter after the rain of last night.jpg", 1600, 1200, 20), await photo(page, "after.jpg", 900, 1600, 140), pdf("plan.pdf"), text("measurements.csv", "a,b\n1,2\n")]);
    await expect(page.locator("[data-chosen]")).toHaveCount(4);
    await page.evaluate((language) => localStorage.setItem("language", language), locale.slice(0, 2));
    await page.reload();
    await expect(page.locator("[data-chosen]")).toHaveCount(4);
    await look(page, `chosen-${locale}`);
    await page.locator("form button[type=submit]").click();
    await expect(page.locator("button[data-file]")).toHaveCount(4);
    const headers = { Origin: new URL(address).origin };
    const id = new URL(address).pathname.split("/").at(-1);
    const { attachments } = await (await page.request.get(`/api/requests/${id}`)).json();
    for (const [place, mark] of ["before", "after"].entries()) await page.request.patch(`/api/requests/${id}/attachments/${attachments[place].id}`, { headers, data: { mark } });
    await page.reload();
    await look(page, `request-${locale}`);
    await page.locator("button[data-file]").first().click();
    await expect(page.getByRole("dialog").getByRole("img")).toBeVisible();
    await look(page, `viewer-${locale}`);
    await page.getByRole("dialog").getByRole("button", { name: /^(Delete|Hapus)$/ }).click();
    await look(page, `delete-${locale}`);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: /Before and after|Sebelum dan sesudah/ }).click();
    await expect(page.getByRole("dialog").getByRole("img")).toHaveCount(2);
    await look(page, `compare-${locale}`);
    await page.keyboard.press("Escape");
    await page.route(/\/attachments\?/, () => undefined);
    await input.setInputFiles([await photo(page, "one more.jpg")]);
    await expect(page.locator("[data-chosen]")).toHaveCount(1);
    await page.locator("form button[type=submit]").click();
    await expect(page.locator("[data-waiting-file]")).toBeVisible();
    await look(page, `waiting-${locale}`);
    await page.locator("[data-waiting-file] button").last().click();
    await page.goto("/new");
    await input.setInputFiles([await photo(page, "new.jpg")]);
    await expect(page.locator("[data-chosen]")).toHaveCount(1);
    await look(page, `new-${locale}`);
    await page.goto("/me");
    await page.getByRole("main").getByRole("button", { name: /Change your picture|Ubah foto Anda/ }).click();
    await page.locator("input[data-avatar]").setInputFiles([await photo(page, "me.jpg", 900, 600)]);
    await expect(page.getByRole("dialog").locator("input[type=range]")).toBeVisible();
    await look(page, `portrait-${locale}`);
  });
}
