// What the Worker sends to devices (src/push/push.js), by the example of the standard; and what the service worker makes of it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { expect, test, vi } from "vitest";

const bytes = (text: string) => Uint8Array.from(Buffer.from(text, "base64url"));

test("a message is encrypted as in RFC 8291, section 5", async () => {
  const path = join(import.meta.dirname, "../../../src/push/push.js");
  const { encrypted } = (await import(/* @vite-ignore */ path)) as { encrypted: (plain: Uint8Array, theirs: object, own: object, salt: Uint8Array) => Promise<Uint8Array> };
  const [x, y] = ["BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8"].map((key) => [bytes(key).slice(1, 33), bytes(key).slice(33)]).flat();
  const url = (part: Uint8Array) => Buffer.from(part).toString("base64url");
  const curve = { name: "ECDH", namedCurve: "P-256" };
  const jwk = { kty: "EC", crv: "P-256", x: url(x!), y: url(y!) };
  const own = {
    privateKey: await crypto.subtle.importKey("jwk", { ...jwk, d: "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw" }, curve, false, ["deriveBits"]),
    publicKey: await crypto.subtle.importKey("jwk", jwk, curve, true, []),
  };
  const theirs = { p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4", auth: "BTBZMqHH6r4Tts7J_aSIgg" };
  const message = await encrypted(new TextEncoder().encode("When I grow up, I want to be a watermelon"), theirs, own, bytes("DGv6ra1nlYgDCS1FRnbzlw"));
  expect(url(message)).toBe("DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN");
});

type Listener = (event: Record<string, unknown>) => void;

function serviceWorker(windows: { url: string; focus: () => void }[] = []) {
  const listeners: Record<string, Listener> = {};
  const calls = { shown: vi.fn(), opened: vi.fn(), fetched: vi.fn() };
  const self = {
    addEventListener: (name: string, listener: Listener) => void (listeners[name] = listener),
    registration: { showNotification: calls.shown, pushManager: { subscribe: () => Promise.resolve({ endpoint: "new" }) } },
    clients: { matchAll: () => Promise.resolve(windows), openWindow: calls.opened },
  };
  runInNewContext(readFileSync(join(import.meta.dirname, "sw.js"), "utf8"), { self, location: new URL("https://app.example/"), URL, caches: {}, fetch: calls.fetched });
  const tell = async (name: string, event: Record<string, unknown>) => {
    let until: unknown;
    listeners[name]!({ ...event, waitUntil: (work: unknown) => void (until = work) });
    await until;
  };
  return { ...calls, tell };
}

test("a message is always shown, a second one in the place of the first", async () => {
  const { tell, shown } = serviceWorker();
  const told = { id: "n-1", title: "MR-1 Lamp", body: "Maya wrote a comment.", path: "/requests/1#event-2", lang: "en" };
  await tell("push", { data: { json: () => told } });
  expect(shown).toHaveBeenCalledWith("MR-1 Lamp", expect.objectContaining({ body: told.body, tag: "n-1", lang: "en", data: { path: told.path } }));
  await tell("push", { data: { json: () => JSON.parse("{") as unknown } });
  await tell("push", { data: null });
  expect(shown).toHaveBeenCalledTimes(3);
  expect(shown).toHaveBeenLastCalledWith("CepatEdge", expect.objectContaining({ data: { path: "/inbox" } }));
});

test("a press leads to the request: in the window that shows it, or in a new one, and never to another site", async () => {
  const focus = vi.fn();
  const { tell, opened } = serviceWorker([{ url: "https://app.example/requests/1?x", focus }]);
  const pressed = (path?: string) => tell("notificationclick", { notification: { close: vi.fn(), data: { path } } });
  await pressed("/requests/1#event-2");
  expect(focus).toHaveBeenCalledTimes(1);
  await pressed("/requests/2#event-2");
  expect(opened).toHaveBeenLastCalledWith("https://app.example/requests/2#event-2");
  await pressed();
  expect(opened).toHaveBeenLastCalledWith("https://app.example/inbox");
  await pressed("//evil.example/x");
  await pressed("https://evil.example/x");
  expect(opened).toHaveBeenCalledTimes(2);
});

test("a subscription that the browser has renewed is told", async () => {
  const { tell, fetched } = serviceWorker();
  await tell("pushsubscriptionchange", { newSubscription: null, oldSubscription: { options: {} } });
  expect(fetched).toHaveBeenCalledWith("/api/me/push", expect.objectContaining({ method: "PUT", body: '{"endpoint":"new"}' }));
  await tell("pushsubscriptionchange", {});
  expect(fetched).toHaveBeenCalledTimes(1);
});
