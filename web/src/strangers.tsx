// The pages for who is not signed in, and what every page stands in.
import { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute, lazyRouteComponent, Outlet } from "@tanstack/react-router";
import { ErrorMain } from "@/app/ErrorPage";
import { NotFound } from "@/app/NotFound";
import { withMore } from "@/i18n";
import { Toasts } from "@/ui/toast";

export interface RouterContext { client: QueryClient }

export const root = createRootRouteWithContext<RouterContext>()({
  component: () => (
    <>
      <Outlet />
      <Toasts />
    </>
  ),
  errorComponent: ErrorMain,
  notFoundComponent: NotFound,
});

export const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: (search: Record<string, unknown>) => ({ next: typeof search.next === "string" ? search.next : undefined }),
  component: lazyRouteComponent(() => import("@/features/sign-in/SignInPage"), "SignInPage"),
});

/** Where the identity provider leads back to. */
export const signedIn = createRoute({
  getParentRoute: () => root,
  path: "/signed-in",
  validateSearch: ({ problem, to }: Record<string, unknown>): { problem?: string; to?: string } => ({
    problem: typeof problem === "string" ? problem : undefined,
    // Only a path of this app: an address in a link must not lead somewhere else.
    to: typeof to === "string" && to.startsWith("/") && !to.startsWith("//") && !to.includes("\\") ? to : undefined,
  }),
  component: lazyRouteComponent(() => withMore(import("@/features/signed-in/SignedInPage")), "SignedInPage"),
});

/** For the first admin of an empty installation. */
export const setup = createRoute({
  getParentRoute: () => root,
  path: "/setup",
  component: lazyRouteComponent(() => withMore(import("@/features/setup/SetupPage")), "SetupPage"),
});

/** For whoever holds the link of one. */
export const invitation = createRoute({
  getParentRoute: () => root,
  path: "/invitation",
  component: lazyRouteComponent(() => withMore(import("@/features/invitation/InvitationPage")), "InvitationPage"),
});

/** For whoever holds a link for a new password. */
export const reset = createRoute({
  getParentRoute: () => root,
  path: "/reset",
  component: lazyRouteComponent(() => withMore(import("@/features/reset/ResetPage")), "ResetPage"),
});

/** For who has forgotten a password. */
export const forgot = createRoute({
  getParentRoute: () => root,
  path: "/forgot",
  component: lazyRouteComponent(() => withMore(import("@/features/reset/ForgotPage")), "ForgotPage"),
});

/** For whoever is signed in and must have a second factor first: the pages inside would be refused everything. */
export const secondFactor = createRoute({
  getParentRoute: () => root,
  path: "/second-factor",
  component: lazyRouteComponent(() => withMore(import("@/features/second-factor/SecondFactorPage")), "SecondFactorPage"),
});

/** For who reads a mail and wants no more of its kind. */
export const unsubscribe = createRoute({
  getParentRoute: () => root,
  path: "/unsubscribe",
  component: lazyRouteComponent(() => withMore(import("@/features/unsubscribe/UnsubscribePage")), "UnsubscribePage"),
});
