import { existsSync, writeFileSync } from "node:fs";
import { expect } from "@playwright/test";
import { fresh, keeping, onDevice, report, signIn, test } from "./people";

/** Whoever runs the system kills it hard and starts it again when this file appears, and removes the file then. */
const RESTART = process.env.RESTART_FILE ?? "";

test("the runtime is killed under an open page, and no event is lost or doubled", async ({ browser }) => {
  test.skip(RESTART === "", "this system cannot be restarted from here");
  const [requester, manager] = await Promise.all([signIn(browser, "requester", keeping), signIn(browser, "manager")]);
  const url = await report(requester, fresh("The window is open"));
  // What the page has not fetched yet is on the device.
  await onDevice(requester);
  await manager.goto(url);
  await manager.getByRole("button", { name: "Approve" }).click();
  await expect(requester.locator("[data-kind=approved]")).toBeVisible();

  writeFileSync(RESTART, "");
  await expect(requester.getByText(/Connection lost/).first()).toBeVisible();
  await expect.poll(() => existsSync(RESTART), { timeout: 30_000 }).toBe(false);
  await manager.reload();
  await manager.getByRole("textbox", { name: "Write a comment" }).fill("still here");
  await manager.getByRole("button", { name: "Send" }).click();
  // After so many attempts in vain the next one is up to fifteen seconds away (src/live/backoff.ts).
  await expect(requester.locator("[data-kind=commented]").getByText("still here")).toBeVisible({ timeout: 30_000 });
  // The answer to who wrote it may come later than the news to who watches.
  for (const page of [requester, manager]) {
    const seqs = () => page.locator("[data-seq]").evaluateAll((events) => events.map((event) => event.getAttribute("data-seq")));
    await expect.poll(seqs).toEqual(["1", "2", "3"]);
  }
});
