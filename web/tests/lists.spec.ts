// The list of requests under the hand: what filters it, what moves in it, where the focus is.
import { expect, type Page, test } from "@playwright/test";
import { fresh, signIn } from "./people";

/** Makes requests by the API, as whoever is signed in on this page, and answers with their ids. */
async function make(page: Page, titles: string[], more: object = {}): Promise<string[]> {
  const headers = { origin: new URL(page.url()).origin };
  const answers = await Promise.all(titles.map((title) => page.request.post("/api/requests", { headers, data: { title, category: "other", priority: "low", ...more } })));
  return Promise.all(answers.map(async (answer) => (await answer.json()).id));
}

test("every filter that acts is seen, has a name, and is taken away with the keyboard", async ({ browser }) => {
  const page = await signIn(browser, "manager");
  const { items } = await (await page.request.get("/api/users?role=technician")).json();
  const { id, name } = items[0];
  await page.goto(`/requests?priority=high,urgent&category=hvac&hazard=false&assignee=${id}&requester=me`);
  await expect(page.getByRole("combobox", { name: "Category" })).toHaveValue("hvac");
  const chips = page.getByRole("list", { name: "Filters that act" }).getByRole("button");
  await expect(chips).toHaveText(["Priority Urgent", "Priority High", "Danger to people No", `Assigned to ${name}`].map((text) => new RegExp(`${text}$`)));
  await page.getByRole("button", { name: "Remove filter: Priority High" }).focus();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/priority=urgent(&|$)/);
  await expect(page.getByRole("combobox", { name: "Priority" })).toHaveValue("urgent");
  // Of two priorities one is left, which the control shows.
  await expect(page.getByRole("button", { name: `Remove filter: Assigned to ${name}` })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Remove filter: Danger to people No" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("search", { name: "Filters" })).toBeFocused();
  await page.getByRole("combobox", { name: "Category" }).selectOption({ label: "Lift" });
  await expect(page).toHaveURL(/category=lift/);
  await page.getByRole("button", { name: "Clear filters" }).last().press("Enter");
  await expect(page).toHaveURL(/\/requests$/);
  await expect(page.getByRole("search", { name: "Filters" })).toBeFocused();
});
