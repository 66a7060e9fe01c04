// The operators' pages under the hand: search, trace and back, tables.
import AxeBuilder from "@axe-core/playwright";
import { expect } from "@playwright/test";
import { signIn, test } from "./people";

test("the logs are searched while one types, and Enter does not take the focus away", async ({ browser }) => {
  const page = await signIn(browser, "admin");
  await page.goto("/system/logs");
  await expect(page.getByRole("main").getByRole("listitem").first()).toBeVisible();
  await page.keyboard.press("/");
  await expect(page).toHaveURL(/\/system\/logs/);
  const field = page.getByRole("searchbox", { name: "Search text" });
  await expect(field).toBeFocused();
  await page.keyboard.type("sessions");
  await expect(page).toHaveURL(/q=sessions/);
  await expect(field).toBeFocused();
  await page.keyboard.type("X");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/q=sessionsX/);
  await expect(page.getByText("No entries match.")).toBeVisible();
  await expect(field).toBeFocused();
});

test("what is typed while a search is under way stays", async ({ browser }) => {
  const page = await signIn(browser, "manager");
  await page.goto("/requests");
  await page.getByRole("searchbox").pressSequentially("the tap that drips on floor three", { delay: 240 });
  await expect(page.getByRole("searchbox")).toHaveValue("the tap that drips on floor three");
  await expect(page).toHaveURL(/three/);
});

test("who leaves a trace is where they were, with stream, level and search, and the focus is not lost", async ({ browser }) => {
  const page = await signIn(browser, "admin");
  await page.goto("/system/logs?stream=http&level=info,warn,error&q=api");
  await expect(page.getByRole("status").getByText("Live", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByRole("main").getByRole("listitem").getByRole("link").first().click();
  await page.getByRole("dialog").getByRole("link", { name: "Show the whole trace" }).click();
  await expect(page.getByText("Everything with trace id")).toBeVisible();
  await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).not.toBe("BODY");
  await page.getByRole("main").getByRole("listitem").getByRole("link").first().click();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.getByRole("link", { name: "Leave the trace" }).click();
  await expect(page.getByRole("combobox", { name: "Stream" })).toHaveValue("http");
  await expect(page.getByRole("combobox", { name: "Level" })).toHaveValue("info,warn,error");
  await expect(page.getByRole("searchbox", { name: "Search text" })).toHaveValue("api");
  const search = new URL(page.url()).searchParams;
  expect([search.get("stream"), search.get("request_id"), search.get("left")]).toEqual(["http", null, null]);
});

test("every column of the monitor's tables has a name", async ({ browser }) => {
  const page = await signIn(browser, "admin");
  await page.goto("/system/monitor");
  await expect(page.getByRole("table").first()).toBeVisible();
  const { violations } = await new AxeBuilder({ page }).withRules(["empty-table-header"]).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.length}`)).toEqual([]);
});
