// The app's side of what is asked early; pages.ts tells the whole journey.
import type { QueryClient } from "@tanstack/react-query";
import type { AnyRoute } from "@tanstack/react-router";
import type { makeRouter } from "@/routes";
import "./packages";

const early = (globalThis as { early?: Map<string, Promise<Response>> }).early ?? new Map<string, Promise<Response>>();

/** The answer to this question, if boot.js has asked it. Each serves once. */
export function takeEarly(input: RequestInfo | URL): Promise<Response> | undefined {
  if (!(input instanceof Request) || input.method !== "GET") return undefined;
  const { pathname, search } = new URL(input.url);
  const answer = early.get(pathname + search);
  early.delete(pathname + search);
  return answer;
}

/** Asks for the file and the data of the page that the app starts with. */
export function askEarly(client: QueryClient, router: ReturnType<typeof makeRouter>) {
  const routes: Record<string, AnyRoute | undefined> = router.routesById;
  for (const { routeId, params, loaderDeps } of router.matchRoutes(router.latestLocation)) {
    const route = routes[routeId];
    if (route === undefined) continue;
    void router.loadRouteChunk(route);
    // Not after the answer about the person, as the router would: with it.
    void route.options.staticData?.early?.(client, { params, deps: loaderDeps });
  }
}

/** From here on every question is asked anew: the early answers are old. */
export const endOfStart = () => early.clear();
