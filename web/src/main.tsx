// The start of the app: words first, then the routes; the service worker when everything else is there.
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { isCode, isPassing } from "./api/problem";
import { forget } from "./app/session";
import { startI18n } from "./i18n";
import { makeRouter } from "./routes";
import "./styles.css";

/** A session that ended somewhere else ends here at once. */
function onError(error: unknown) {
  if (!isCode(error, "unauthenticated") || router.state.location.pathname === "/sign-in") return;
  const next = router.state.location.href;
  forget(client);
  void router.navigate({ to: "/sign-in", search: { next } });
}

const client = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    queries: { retry: (count, error) => isPassing(error) && count < 3, networkMode: "always", refetchOnWindowFocus: false },
    mutations: { networkMode: "always" },
  },
});
const router = makeRouter(client);

await startI18n();
createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);

if (import.meta.env.PROD && "serviceWorker" in navigator) {
  addEventListener("load", () => void navigator.serviceWorker.register("/sw.js").catch(() => undefined));
}
