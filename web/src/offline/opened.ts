// What somebody opened lately on this device, to find it again. It goes with the kept answers when they sign out.
import { isSignedIn } from "@/app/session";
import { keepAnswer, lastAnswer } from "./answers";

export interface Opened { noun: "request" | "place" | "asset"; id: string; title: string; hint: string }

const NAME = "opened";
const MOST = 8;

async function read(): Promise<Opened[]> {
  const kept = await lastAnswer<unknown>(NAME);
  return Array.isArray(kept) ? (kept as Opened[]) : [];
}

/** One behind the other: neither overwrites what the other adds, and whoever looks sees what was just opened. */
let last: Promise<unknown> = Promise.resolve();

/** The latest first. */
export const openedLately = (): Promise<Opened[]> => last.then(read);

/** This one is the latest that `user` opened. */
export function keepOpened(user: string, one: Opened) {
  last = last.then(async () => {
    const others = (await read()).filter(({ id }) => id !== one.id);
    if (isSignedIn(user)) await keepAnswer(NAME, [one, ...others].slice(0, MOST));
  }).catch(() => undefined);
}
