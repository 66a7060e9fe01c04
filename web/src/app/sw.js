// The service worker: the app opens without a network, and a device is told what happened while it is closed. It keeps the shell (the
// page and its assets) and nothing else; an answer of the API never enters a cache.
const VERSION = "__VERSION__";
const ASSETS = "__ASSETS__";
const CACHE = `shell-${VERSION}`;

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches.open(CACHE).then((cache) => cache.addAll(["/", "/icons/icon.svg", "/manifest.webmanifest", ...ASSETS])).then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  const removeOld = caches.keys().then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))));
  event.waitUntil(removeOld.then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin || url.pathname.startsWith("/api/")) return;
  if (request.mode === "navigate") {
    // The page names its assets, so a fresh one wins; the kept one serves when there is no network.
    event.respondWith(fetch(request).catch(() => caches.match("/")));
    return;
  }
  event.respondWith(caches.match(request).then((kept) => kept ?? fetch(request)));
});

// Each message is shown, also while the app is open: a browser ends the subscription of whoever keeps quiet. A second one of the same
// notice takes the place of the first.
self.addEventListener("push", (event) => {
  let told = {};
  try {
    told = event.data?.json() ?? {};
  } catch {
    // Not from us, or from a later release: something has happened all the same.
  }
  const { id, title = "CepatEdge", body = "", path = "/inbox", lang = "" } = told;
  const icon = "/icons/icon-192.png";
  event.waitUntil(self.registration.showNotification(title, { body, lang, tag: id, icon, dir: "auto", data: { path } }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = new URL(event.notification.data?.path ?? "/inbox", location.origin);
  if (url.origin === location.origin) event.waitUntil(show(url));
});

async function show(url) {
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const open = windows.find((window) => new URL(window.url).pathname === url.pathname);
  // What somebody has begun to write in another window stays there.
  return open ? open.focus() : self.clients.openWindow(url.href);
}

self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew(event)));

async function renew({ oldSubscription, newSubscription }) {
  const options = oldSubscription?.options;
  const subscription = newSubscription ?? (options && (await self.registration.pushManager.subscribe(options)));
  if (!subscription) return;
  // Whoever is signed in; where nobody is, the app does it when it is opened.
  await fetch("/api/me/push", { method: "PUT", headers: { "content-type": "application/json" }, body: JSON.stringify(subscription) });
}
