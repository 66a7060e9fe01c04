// Whether this device is told what happens while the app is closed (web push), and for whom. The browser is asked only after a press.
import { api, dataOf } from "@/api/client";

/** Whom this browser's subscription is of: another person who signs in here gets none of it. */
const OWNER = "push-owner";

/** `install`: only where the app is on the home screen (iOS). `refused`: only the browser's settings change that. */
export type DeviceState = "none" | "install" | "refused" | "ready" | "on";

const isApple = () => /iPhone|iPad|iPod/.test(navigator.userAgent) || (navigator.userAgent.includes("Mac OS") && navigator.maxTouchPoints > 1);

/** The service worker, where there is one; one that never comes is not waited for. */
const worker = async () => (await navigator.serviceWorker?.getRegistration().catch(() => undefined)) ?? undefined;

export async function deviceState(user: string): Promise<DeviceState> {
  if (!("PushManager" in window) || !("Notification" in window)) return isApple() ? "install" : "none";
  const registration = await worker();
  if (!registration) return "none";
  if (Notification.permission === "denied") return "refused";
  const subscription = await registration.pushManager.getSubscription().catch(() => null);
  return subscription && localStorage.getItem(OWNER) === user ? "on" : "ready";
}

async function subscribe(user: string, key: string): Promise<void> {
  const manager = (await worker())?.pushManager;
  if (!manager) throw new Error("no service worker");
  const options = { userVisibleOnly: true, applicationServerKey: key };
  // One that was made for another person, or with a key that the server has no more, is of no use.
  await manager.getSubscription().then((old) => old?.unsubscribe());
  const subscription = await manager.subscribe(options);
  await tell(subscription);
  localStorage.setItem(OWNER, user);
}

const tell = async (subscription: PushSubscription) => {
  const { endpoint, keys } = subscription.toJSON();
  await dataOf(api.PUT("/api/me/push", { body: { endpoint: endpoint!, keys: { p256dh: keys!.p256dh!, auth: keys!.auth! } } }));
};

/** After a press: asks the browser, and subscribes. Throws where its push service cannot be reached. */
export async function tellThisDevice(user: string, key: string): Promise<DeviceState> {
  const permission = await Notification.requestPermission();
  if (permission !== "granted") return permission === "denied" ? "refused" : "ready";
  await subscribe(user, key);
  return "on";
}

/** This device is told nothing more, by whomever. */
export async function leaveDevice(): Promise<void> {
  localStorage.removeItem(OWNER);
  const subscription = await (await worker())?.pushManager?.getSubscription();
  await subscription?.unsubscribe();
}

/** When the app opens: some browsers lose a subscription without a word, and what is another person's ends here. */
export async function syncDevice(user: string): Promise<void> {
  const manager = (await worker())?.pushManager;
  if (!manager || localStorage.getItem(OWNER) === null) return;
  if (localStorage.getItem(OWNER) !== user) return leaveDevice();
  if (Notification.permission !== "granted") return localStorage.removeItem(OWNER);
  const subscription = await manager.getSubscription();
  if (subscription) return tell(subscription);
  const { key } = await dataOf(api.GET("/api/me/push"));
  if (key !== null) await subscribe(user, key);
}
