// The pages of places and assets: where and what requests are about.
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { parseAssets } from "@/features/assets/search";
import type { LabelsSearch } from "@/features/labels/search";
import { withMore } from "@/i18n";
import type { Kind } from "@/sheet/columns";
import { app } from "./inside";

export const places = createRoute({
  getParentRoute: () => app,
  path: "/places",
  staticData: { title: "nav.places" },
  validateSearch: ({ q, archived }: Record<string, unknown>): { q?: string; archived?: true } => ({ ...(q ? { q: String(q).slice(0, 100) } : {}), ...(archived ? { archived: true } : {}) }),
  component: lazyRouteComponent(() => withMore(import("@/features/places/PlacesPage")), "PlacesPage"),
});

export const place = createRoute({
  getParentRoute: () => app,
  path: "/places/$id",
  component: lazyRouteComponent(() => withMore(import("@/features/places/PlacePage")), "PlacePage"),
});

export const assets = createRoute({
  getParentRoute: () => app,
  path: "/assets",
  staticData: { title: "nav.assets" },
  validateSearch: parseAssets,
  component: lazyRouteComponent(() => withMore(import("@/features/assets/AssetsPage")), "AssetsPage"),
});

export const importing = createRoute({
  getParentRoute: () => app,
  path: "/import",
  staticData: { title: "nav.import" },
  validateSearch: ({ kind }: Record<string, unknown>): { kind?: Kind } => (typeof kind === "string" ? { kind: kind as Kind } : {}),
  component: lazyRouteComponent(() => withMore(import("@/features/import/ImportPage")), "ImportPage"),
});

export const asset = createRoute({
  getParentRoute: () => app,
  path: "/assets/$id",
  component: lazyRouteComponent(() => withMore(import("@/features/assets/AssetPage")), "AssetPage"),
});

/** Labels to be printed. */
export const labels = createRoute({
  getParentRoute: () => app,
  path: "/labels",
  staticData: { title: "nav.labels" },
  validateSearch: ({ place, thing, list, ...filters }: Record<string, unknown>): LabelsSearch => ({ ...(place ? { place: String(place) } : thing ? { thing: String(thing) } : list ? { list: true, ...parseAssets(filters) } : {}) }),
  component: lazyRouteComponent(() => withMore(import("@/features/labels/LabelsPage")), "LabelsPage"),
});

/** Where the code of a label leads. */
export const label = createRoute({
  getParentRoute: () => app,
  path: "/t/$code",
  component: lazyRouteComponent(() => withMore(import("@/features/labels/LabelPage")), "LabelPage"),
});
