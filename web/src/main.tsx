// The start of the app: words first, then the routes; the service worker when everything else is there.
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode, startTransition } from "react";
import { createRoot } from "react-dom/client";
import { isCode, isPassing } from "./api/problem";
import { forget, meOptions, onOtherPerson } from "./app/session";
import { startI18n } from "./i18n";
import { makeRouter } from "./routes";
import { breathe } from "./start/breathe";
import { askEarly, endOfStart } from "./start/early";
import "./styles.css";

/** A session that ended somewhere else ends here at once. */
function onError(error: unknown) {
  // It became a duty while they were in: what they have is asked for anew.
  if (isCode(error, "second_factor_required")) return void client.invalidateQueries({ queryKey: meOptions.queryKey, refetchType: "all" }).then(() => router.invalidate());
  const wasSignedIn = client.getQueryData(meOptions.queryKey) !== undefined;
  if (!isCode(error, "unauthenticated") || !wasSignedIn) return;
  const next = router.state.location.href;
  forget(client);
  void router.navigate({ to: "/sign-in", search: { next } });
}

/** Milliseconds before a question is asked again: 0.3, 0.9 and 2.7 s. Not every browser knows that it has no network. */
const retryDelay = (count: number) => 300 * 3 ** count;

const client = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    queries: { retry: (count, error) => isPassing(error) && navigator.onLine && count < 3, retryDelay, networkMode: "always", refetchOnWindowFocus: false },
    mutations: { networkMode: "always" },
  },
});
await breathe();
const router = makeRouter(client);
// What one window showed of a person, no window shows once they have left.
onOtherPerson(client, (isSignedOut) => (isSignedOut ? void router.navigate({ to: "/sign-in", search: { next: undefined } }) : location.reload()));

// Words, person, page and its data come at the same time; the first paint is the finished page.
void client.prefetchQuery(meOptions);
askEarly(client, router);
await breathe();
await Promise.all([startI18n(), router.load()]);
await breathe();
endOfStart();
const app = (
  <StrictMode>
    <QueryClientProvider client={client}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>
);
const place = createRoot(document.getElementById("root")!);
// A transition is rendered in slices, so that a slow phone answers to a touch meanwhile.
startTransition(() => place.render(app));
// What the organisation decides is known from last time, and asked for when the page is there.
void import("./app/organisation").then(({ organisationOptions }) => client.prefetchQuery(organisationOptions));

// A page that is older than the server asks for files that are gone: the new page names the new ones. Once, not in a circle.
addEventListener("vite:preloadError", (event) => {
  const last = Number(sessionStorage.getItem("reloaded"));
  if (Date.now() - last < 30_000 || !navigator.onLine) return;
  event.preventDefault();
  sessionStorage.setItem("reloaded", String(Date.now()));
  location.reload();
});

if (import.meta.env.PROD && "serviceWorker" in navigator) {
  const register = () => void navigator.serviceWorker.register("/sw.js").catch(() => undefined);
  if (document.readyState === "complete") register();
  else addEventListener("load", register);
}
