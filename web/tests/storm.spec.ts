// Two managers and a requester at one request at once, for many steps: nobody decides on something they did not see, no word
// is lost, and nothing happens twice.
import { expect, type Page } from "@playwright/test";
import { fresh, report, signIn, test } from "./people";

/** What somebody tried: what was on their page when they turned to it, and whether it was carried out. */
interface Attempt { button: string; seen: string[]; words: string | null; isDone: boolean; told: string }
interface Driven { attempts: Attempt[]; trouble: string[] }

/** A thousand take five minutes: `STORM_STEPS=1000`. */
const STEPS = Number(process.env.STORM_STEPS ?? 300);

/** Runs inside a page, so that its presses come as fast as a page takes them. */
async function drive({ who, steps, seed }: { who: string; steps: number; seed: number }): Promise<Driven> {
  let state = seed;
  const pick = (below: number) => (state = (state * 48_271) % 2_147_483_647) % below;
  const rest = (most: number) => new Promise((resolve) => setTimeout(resolve, pick(most)));
  const until = async (isSo: () => boolean, most = 10_000) => {
    for (const end = performance.now() + most; performance.now() < end; ) {
      if (isSo()) return true;
      await new Promise((resolve) => setTimeout(resolve, 8));
    }
    return false;
  };
  const shown = () => [...document.querySelectorAll("article header .rounded-full, article header bdi:first-of-type")].slice(0, 2).map((one) => one.textContent).join(", ");
  const dialog = () => document.querySelector<HTMLDialogElement>("dialog[open]");
  const named = (within: ParentNode | null, name: RegExp) => [...(within?.querySelectorAll("button") ?? [])].find((button) => name.test(button.textContent ?? ""));
  const isBusy = () => document.querySelector("[aria-busy=true]") !== null;
  const type = (field: HTMLTextAreaElement | HTMLSelectElement, text: string) => {
    Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), "value")!.set!.call(field, text);
    field.dispatchEvent(new Event(field.matches("select") ? "change" : "input", { bubbles: true }));
  };
  const isAsked = () => dialog()?.querySelector("h2")?.textContent === "It has changed in the meantime";
  const attempts: Attempt[] = [];
  const trouble: string[] = [];
  // What was on the page just before counts as well: it takes a moment to see a change.
  let [now, before] = [shown(), shown()];
  new MutationObserver(() => {
    if (shown() !== now) [before, now] = [now, shown()];
  }).observe(document.body, { childList: true, subtree: true, characterData: true });

  for (let number = 0; number < steps; number++) {
    await rest(40);
    const late = document.querySelector("dialog[open], section[aria-label='This could not be carried out']");
    if (late) trouble.push(`${late.textContent} comes after ${JSON.stringify(attempts.at(-1))}`);
    if (pick(4) === 0) {
      const words = `${who} says ${number}`;
      type(document.querySelector("[data-composer]")!, words);
      await rest(30);
      named(document.querySelector("form:has([data-composer])"), /^Send$/)?.click();
      if (!(await until(() => document.querySelector<HTMLTextAreaElement>("[data-composer]")!.value === ""))) trouble.push(`${words} stays`);
      attempts.push({ button: "Send", seen: [], words, isDone: true, told: "" });
      continue;
    }
    const buttons = [...document.querySelectorAll<HTMLButtonElement>("[role=group][aria-label=Actions] button:not(:disabled)")].filter((button) => !/Reject|Cancel/.test(button.textContent ?? ""));
    const button = buttons[pick(buttons.length || 1)];
    if (button === undefined) continue;
    const label = button.textContent ?? "";
    const attempt: Attempt = { button: label, seen: [now, before], words: null, isDone: true, told: "" };
    button.focus();
    await rest(80);
    if (!button.isConnected || button.disabled || button.textContent !== label) continue;
    button.click();
    await new Promise((resolve) => setTimeout(resolve, 30));
    await until(() => dialog() !== null || !isBusy());
    if (dialog() && !isAsked()) {
      const field = dialog()!.querySelector<HTMLTextAreaElement | HTMLSelectElement>("textarea, select");
      if (field?.matches("select")) {
        const select = () => dialog()?.querySelector("select") ?? field;
        const options = () => [...select().querySelectorAll("option")].slice(1);
        if (!(await until(() => options().length > 0))) trouble.push(`${label} offers nobody`);
        else type(select() as HTMLSelectElement, options()[pick(options().length)]!.value);
      } else if (field) type(field, (attempt.words = `${who} writes ${number}`));
      await rest(150);
      const submit = dialog()?.querySelector<HTMLButtonElement>("button[type=submit]");
      if (!submit || submit.disabled) {
        attempt.isDone = false;
        attempt.told = "no longer possible";
        named(dialog(), /^Back$/)?.click();
        await until(() => dialog() === null);
      } else {
        submit.click();
        await new Promise((resolve) => setTimeout(resolve, 30));
        await until(() => isAsked() || dialog() === null);
      }
    }
    if (!(await until(() => !isBusy()))) trouble.push(`${label} never ends`);
    await new Promise((resolve) => setTimeout(resolve, 30));
    while (isAsked()) {
      await rest(500);
      attempt.told = dialog()?.textContent ?? "";
      const anyway = named(dialog(), /all the same$/);
      if (anyway && pick(2) === 0) {
        attempt.seen.push(now, before);
        anyway.click();
        await new Promise((resolve) => setTimeout(resolve, 30));
        await until(() => !isBusy());
        await new Promise((resolve) => setTimeout(resolve, 30));
        continue;
      }
      attempt.isDone = false;
      named(dialog(), /^Leave it/)?.click();
      if (!(await until(() => dialog() === null))) trouble.push("a dialog stays");
    }
    // What took long was called waiting, and may have been refused since: that is told on the page, with a way on. What does
    // not get through is tried again after ten seconds. A step that another one has made impossible waits in the bar alone.
    const isWaiting = () => document.querySelector("[data-waiting]") !== null || named(document.querySelector("[role=status].sticky"), /waiting/) !== undefined;
    if (!(await until(() => !isWaiting(), 30_000))) trouble.push(`${label} waits`);
    // A dialog that stays says what is wrong.
    if (dialog()) {
      attempt.isDone = false;
      attempt.told = dialog()!.textContent ?? "";
      named(dialog(), /^Back$/)?.click();
      if (!(await until(() => dialog() === null))) trouble.push("a dialog stays");
    }
    const refused = document.querySelector("section[aria-label='This could not be carried out']");
    if (refused) {
      attempt.isDone = false;
      attempt.told = refused.textContent ?? "";
      named(refused, /^Discard$/)?.click();
      await until(() => !refused.isConnected);
    }
    attempts.push(attempt);
  }
  return { attempts, trouble };
}

interface Told { kind: string; actor: { name: string }; body: { assignee?: { name: string }; reason?: string; resolution?: string; body?: string } }

const STATE: Record<string, string> = {
  approved: "Approved", released: "Approved", started: "In progress", held: "On hold", resumed: "In progress", completed: "Completed", closed: "Closed", reopened: "In progress",
};

/** Each event with what the request was before it, as its page says it. */
function history(events: Told[]) {
  let [status, assignee] = ["Submitted", "Nobody yet"];
  return events.map((event) => {
    const before = `${status}, ${assignee}`;
    if (event.kind === "assigned") {
      status = status === "Approved" ? "Assigned" : status;
      assignee = event.body.assignee!.name;
    }
    if (event.kind === "released") assignee = "Nobody yet";
    status = STATE[event.kind] ?? status;
    return { ...event, before };
  });
}

test("two managers and a requester press what they like, again and again", async ({ browser }) => {
  test.setTimeout(600_000);
  const [requester, manager, admin] = await Promise.all([signIn(browser, "requester"), signIn(browser, "manager"), signIn(browser, "admin")]);
  const url = await report(requester, fresh("Storm"));
  const people: [Page, string][] = [[requester, "Eka"], [manager, "Budi"], [admin, "Ayu"]];
  for (const [page] of people) {
    await page.goto(url);
    await expect(page.getByText("Live", { exact: true })).toBeVisible();
  }
  const driven = await Promise.all(people.map(([page, who], at) => page.evaluate(drive, { who, steps: Math.ceil(STEPS / people.length), seed: 7_919 * (at + 1) })));
  expect(driven.flatMap(({ trouble }) => trouble)).toEqual([]);
  // The last comment may be on its way still.
  for (const [page] of people) await expect(page.getByText("Sending…")).toHaveCount(0);

  const id = new URL(url).pathname.split("/").at(-1);
  const events: Told[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const page = await (await manager.request.get(`/api/requests/${id}/events?limit=200${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`)).json();
    events.push(...page.items);
    cursor = page.next_cursor;
  }
  const told = history(events.slice(1));
  for (const [at, [page]] of people.entries()) {
    const me = (await (await page.request.get("/api/me")).json()).user.name as string;
    const mine = told.filter(({ actor }) => actor.name === me);
    const done = driven[at]!.attempts.filter(({ isDone }) => isDone);
    // What was carried out is what they were told was: no word lost, nothing twice.
    expect(mine.map(({ body }) => body.reason ?? body.resolution ?? body.body ?? null)).toEqual(done.map(({ words }) => words));
    for (const [number, event] of mine.entries()) {
      const { button, seen } = done[number]!;
      if (button !== "Send") expect(seen, `${me}: ${button} made ${event.kind}`).toContain(event.before);
    }
  }
  const left = driven.flatMap(({ attempts }) => attempts).filter(({ isDone }) => !isDone);
  console.log(`${events.length} events, ${left.length} steps asked about and left`);
  expect(left.length).toBeGreaterThan(0);
  // Whoever was stopped was told something.
  expect(left.filter(({ told }) => told === "")).toEqual([]);
});
