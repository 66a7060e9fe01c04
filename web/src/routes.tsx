// The route table: every page of the app, once; those for strangers are in strangers.tsx, those of places and assets in where.tsx. A page is a folder under features/, loaded when it is first opened.
import type { QueryClient } from "@tanstack/react-query";
import { createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { AdminOnly } from "@/app/AdminOnly";
import { ErrorPage } from "@/app/ErrorPage";
import { withMore } from "@/i18n";
import { parsePeople } from "@/features/system/people/search";
import { parseLogSearch } from "@/features/system/search";
import { numberIn, parseFilters, type Filters } from "@/resources/request/filters";
import { needsOf, RECENT } from "@/resources/request/needs";
import { listOptions, numberOptions, requestOptions } from "@/resources/request/queries";
import { parseSearch, stringifySearch } from "@/app/search";
import { app } from "./inside";
import { forgot, invitation, reset, root, secondFactor, setup, signedIn, signIn, unsubscribe } from "./strangers";
import { asset, assets, importing, label, labels, place, places } from "./where";

/** Only after a second of nothing: what is there at once needs no placeholder, and nothing moves when it comes. */
const Waiting = () => <div aria-busy className="card skeleton h-[60dvh] bg-sunken" />;

const home = createRoute({
  getParentRoute: () => app,
  path: "/",
  staticData: { title: "nav.home" },
  loader: ({ context: { client, profile } }) =>
    Promise.all([RECENT, ...needsOf(profile.user).map(({ filters }) => filters)].map((filters) => client.prefetchInfiniteQuery(listOptions(filters)))),
  component: lazyRouteComponent(() => import("@/features/home/HomePage"), "HomePage"),
});

const requests = createRoute({
  getParentRoute: () => app,
  path: "/requests",
  staticData: { title: "nav.requests", early: (client, { deps }) => client.prefetchInfiniteQuery(listOptions(deps)) },
  validateSearch: parseFilters,
  loaderDeps: ({ search }) => search,
  loader: ({ context, deps }) => context.client.prefetchInfiniteQuery(listOptions(deps)),
  component: lazyRouteComponent(() => import("@/features/requests/RequestsPage"), "RequestsPage"),
});

const request = createRoute({
  getParentRoute: () => app,
  path: "/requests/$id",
  staticData: { early: async (client, { params }) => (numberIn(params.id!) === undefined ? client.prefetchQuery(requestOptions(params.id!)) : undefined) },
  // A number as people write it down leads to its request.
  beforeLoad: async ({ context, params }) => {
    const number = numberIn(params.id);
    const found = number && (await context.client.fetchQuery(numberOptions(number)));
    if (found) throw redirect({ to: "/requests/$id", params: { id: found }, replace: true });
  },
  loader: ({ context, params }) => context.client.prefetchQuery(requestOptions(params.id)),
  component: lazyRouteComponent(() => import("@/features/request/RequestPage"), "RequestPage"),
});

const newRequest = createRoute({
  getParentRoute: () => app,
  path: "/new",
  staticData: { title: "nav.new" },
  // What it is about, where that is known: a label leads here. And which request it is a part of.
  validateSearch: (search: Record<string, unknown>): { location?: string; asset?: string; split?: string } => Object.fromEntries(["location", "asset", "split"].flatMap((name) => (search[name] ? [[name, String(search[name])]] : []))),
  component: lazyRouteComponent(() => import("@/features/new-request/NewRequestPage"), "NewRequestPage"),
});

const me = createRoute({
  getParentRoute: () => app,
  path: "/me",
  staticData: { title: "nav.me" },
  component: lazyRouteComponent(() => withMore(import("@/features/me/MePage")), "MePage"),
});

const myKeys = createRoute({
  getParentRoute: () => app,
  path: "/me/keys",
  staticData: { title: "nav.keys" },
  component: lazyRouteComponent(() => withMore(import("@/features/keys/KeysPage")), "KeysPage"),
});

const inbox = createRoute({
  getParentRoute: () => app,
  path: "/inbox",
  staticData: { title: "nav.inbox" },
  validateSearch: (search: Record<string, unknown>): { unread?: true } => (search.unread ? { unread: true } : {}),
  component: lazyRouteComponent(() => withMore(import("@/features/inbox/InboxPage")), "InboxPage"),
});

const notices = createRoute({
  getParentRoute: () => app,
  path: "/me/notices",
  staticData: { title: "nav.inbox" },
  component: lazyRouteComponent(() => withMore(import("@/features/inbox/ChoicesPage")), "ChoicesPage"),
});

const help = createRoute({
  getParentRoute: () => app,
  path: "/people",
  staticData: { title: "nav.people" },
  component: lazyRouteComponent(() => withMore(import("@/features/people/HelpPage")), "HelpPage"),
});

/** The operators' pages. The API refuses everybody else by itself; this only spares them a page that cannot work. */
const system = createRoute({ getParentRoute: () => app, path: "/system", component: AdminOnly });

const people = createRoute({
  getParentRoute: () => system,
  path: "/users",
  staticData: { title: "nav.people" },
  validateSearch: parsePeople,
  component: lazyRouteComponent(() => withMore(import("@/features/system/people/PeoplePage")), "PeoplePage"),
});

const settings = createRoute({
  getParentRoute: () => system,
  path: "/settings",
  staticData: { title: "nav.settings" },
  component: lazyRouteComponent(() => withMore(import("@/features/system/settings/SettingsPage")), "SettingsPage"),
});

const logs = createRoute({
  getParentRoute: () => system,
  path: "/logs",
  staticData: { title: "nav.logs" },
  validateSearch: parseLogSearch,
  component: lazyRouteComponent(() => withMore(import("@/features/system/LogsPage")), "LogsPage"),
});

const monitor = createRoute({
  getParentRoute: () => system,
  path: "/monitor",
  staticData: { title: "nav.monitor" },
  component: lazyRouteComponent(() => withMore(import("@/features/system/MonitorPage")), "MonitorPage"),
});

const sync = createRoute({
  getParentRoute: () => system,
  path: "/sync",
  staticData: { title: "nav.sync" },
  component: lazyRouteComponent(() => withMore(import("@/features/system/SyncPage")), "SyncPage"),
});

const mail = createRoute({
  getParentRoute: () => system,
  path: "/mail",
  staticData: { title: "nav.mail" },
  component: lazyRouteComponent(() => withMore(import("@/features/system/MailPage")), "MailPage"),
});

const storage = createRoute({
  getParentRoute: () => system,
  path: "/files",
  staticData: { title: "nav.files" },
  component: lazyRouteComponent(() => withMore(import("@/features/system/FilesPage")), "FilesPage"),
});

const keys = createRoute({
  getParentRoute: () => system,
  path: "/keys",
  staticData: { title: "nav.keys" },
  component: lazyRouteComponent(() => withMore(import("@/features/system/KeysPage")), "KeysPage"),
});

const sessions = createRoute({
  getParentRoute: () => system,
  path: "/sessions",
  staticData: { title: "nav.sessions" },
  validateSearch: (search: Record<string, unknown>): { q?: string } => (search.q ? { q: String(search.q).slice(0, 100) } : {}),
  component: lazyRouteComponent(() => withMore(import("@/features/system/SessionsPage")), "SessionsPage"),
});

const tree = root.addChildren([signIn, signedIn, setup, invitation, reset, forgot, unsubscribe, secondFactor, app.addChildren([home, requests, request, newRequest, me, myKeys, inbox, notices, help, places, place, assets, asset, importing, labels, label, system.addChildren([people, settings, logs, monitor, sync, mail, storage, sessions, keys])])]);

export const makeRouter = (client: QueryClient) =>
  createRouter({ routeTree: tree, defaultErrorComponent: ErrorPage, context: { client }, parseSearch, stringifySearch, defaultPreload: "intent", defaultPreloadStaleTime: 0, defaultPendingComponent: Waiting, scrollRestoration: true });

declare module "@tanstack/react-router" {
  interface Register { router: ReturnType<typeof makeRouter> }
  /** The key of the page's title in the translations; a page without one sets its own. */
  interface StaticDataRouteOption {
    title?: string;
    /** What the page shows, asked for at the start of the app, before anybody knows who looks: see src/start/pages.ts. */
    early?: (client: QueryClient, match: { params: Record<string, string>; deps: Filters }) => Promise<void>;
  }
}
