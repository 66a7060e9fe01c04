// Around every page of a signed-in person: side bar on a desktop, bottom bar on a phone, the state of the connection.
import { Link, Outlet, useLocation, useMatches, useNavigate } from "@tanstack/react-router";
import { CircleUser, Plus, Search } from "lucide-react";
import { lazy, Suspense, useEffect, useRef, useState, type ComponentType } from "react";
import { useTranslation, withMore } from "@/i18n";
import { Unread } from "@/resources/inbox/Unread";
import { Portrait } from "@/resources/user/Portrait";
import { LiveLists } from "@/resources/request/LiveLists";
import { Button } from "@/ui/Button";
import { usePainted } from "@/ui/usePainted";
import { Announcer } from "./announce";
import { ConnectionBar } from "./ConnectionBar";
import { NAV } from "./nav";
import { useMe } from "./session";
import { keepTyped, loadPalette, Palette } from "./palette";
import { SideLink } from "./SideLink";
import { useKeys } from "./useKeys";
import { useProof } from "./useProof";

/** What few need, or late. */
const SystemNav = lazy(() => withMore(import("./SystemNav")));
const Help = lazy(() => withMore(import("./Help")));

/** A new page has its name in the window's title, and whoever reads by ear starts at its beginning. */
function usePageChange() {
  const { t } = useTranslation();
  const title = useMatches({ select: (matches) => matches.at(-1)?.staticData.title });
  const path = useLocation({ select: ({ pathname }) => pathname });
  useEffect(() => {
    if (title !== undefined) document.title = `${t(title)} · CepatEdge`;
  }, [title, t, path]);
  const before = useRef(path);
  useEffect(() => {
    if (before.current === path) return;
    before.current = path;
    // A field that took the focus by itself keeps it.
    if (document.activeElement?.matches("input, textarea")) return;
    document.getElementById("content")?.focus({ preventScroll: true });
  }, [path]);
}

/** The keys that work on every page; `/` goes to the search of the page where there is one. */
function usePageKeys(openHelp: () => void, openPalette: () => void) {
  const navigate = useNavigate();
  const focusSearch = () => {
    const field = document.querySelector<HTMLElement>("[data-search]");
    field?.focus();
    return field !== null;
  };
  useKeys({
    "/": () => void (focusSearch() || openPalette()),
    "Ctrl+k": openPalette,
    n: () => void navigate({ to: "/new" }),
    "?": openHelp,
  });
}

/** What nobody waits for begins when the page that they wait for has come to rest, in milliseconds after its start. */
const REST_MS = 2_000;

/** What works for the device in the background, once it is there. */
function useOnDevice(): ComponentType | undefined {
  const [part, setPart] = useState<ComponentType>();
  useEffect(() => {
    // Where its file could not be fetched there is nothing (main.tsx, "vite:preloadError").
    const load = () => import("@/resources/request/OnDevice").then((file: { default: ComponentType } | undefined) => file && setPart(() => file.default), () => undefined);
    const timer = setTimeout(() => load().then(loadPalette).catch(() => undefined), REST_MS);
    return () => clearTimeout(timer);
  }, []);
  return part;
}

export function Shell() {
  const { t } = useTranslation();
  const OnDevice = useOnDevice();
  const proof = useProof();
  const [isHelpOpen, setHelpOpen] = useState(false);
  usePageChange();
  const openHelp = () => setHelpOpen(true);
  const [isPaletteOpen, setPaletteOpen] = useState(false);
  const openPalette = () => {
    keepTyped();
    setPaletteOpen(true);
  };
  usePageKeys(openHelp, openPalette);
  return (
    <LiveLists>
      <a href="#content" className="sr-only z-50 rounded-lg bg-surface p-3 focus:not-sr-only focus:fixed focus:top-2 focus:left-2">{t("nav.skip")}</a>
      <SideBar onSearch={openPalette} />
      <div className="pb-20 lg:ml-60 lg:pb-0">
        <ConnectionBar />
        <header data-screen className="px-4 pt-3 sm:px-6 lg:hidden"><SearchButton onPress={openPalette} /></header>
        <main id="content" tabIndex={-1} className="mx-auto max-w-[84rem] px-4 py-4 outline-none sm:px-6 lg:px-8 lg:py-7">
          <Outlet />
        </main>
      </div>
      <BottomBar />
      <Announcer />
      {OnDevice && <OnDevice />}
      {proof}
      {isPaletteOpen && <Suspense><Palette onHelp={openHelp} onClose={() => setPaletteOpen(false)} /></Suspense>}
      {isHelpOpen && <Suspense><Help onClose={() => setHelpOpen(false)} /></Suspense>}
    </LiveLists>
  );
}

export function Logo() {
  return (
    <span className="flex items-center gap-2.5 text-lg font-bold tracking-tight">
      <img src="/icons/icon.svg" alt="" width="30" height="30" />
      CepatEdge
    </span>
  );
}

/** Whoever finds no key finds this. */
function SearchButton({ onPress }: { onPress: () => void }) {
  const { t } = useTranslation();
  return <Button aria-haspopup="dialog" title="Ctrl+K" onClick={onPress} className="w-full justify-start! px-3!"><Search aria-hidden className="size-4.5" />{t("nav.search")}</Button>;
}

function SideBar({ onSearch }: { onSearch: () => void }) {
  const { t } = useTranslation();
  const me = useMe();
  const isPainted = usePainted();
  return (
    <nav aria-label={t("nav.main")} className="fixed inset-y-0 left-0 hidden w-60 flex-col gap-1 overflow-y-auto border-r bg-surface px-3 py-5 lg:flex">
      <Link to="/" className="mb-4 px-3"><Logo /></Link>
      <Link to="/new" className="mb-3 flex min-h-10 items-center gap-2.5 rounded-lg bg-accent px-3 text-sm font-semibold text-accent-ink hover:brightness-110">
        <Plus aria-hidden className="size-4.5" />{t("nav.new")}
      </Link>
      <SearchButton onPress={onSearch} />
      {NAV.map((entry) => <SideLink key={entry.to} {...entry} />)}
      {isPainted && <Suspense><SystemNav /></Suspense>}
      <Link to="/me" activeProps={{ className: "bg-sunken" }} className="mt-auto flex items-center gap-3 rounded-lg px-3 py-2 hover:bg-sunken">
        <Portrait person={me} className="size-8 text-xs" />
        <span className="min-w-0 text-sm">
          <span className="block truncate font-semibold">{me.name}</span>
          <span className="block text-xs text-muted">{t(`role.${me.role}`)}</span>
        </span>
      </Link>
    </nav>
  );
}

function BottomBar() {
  const { t } = useTranslation();
  const entries = [...NAV, { to: "/new", label: "nav.new_short", icon: Plus }, { to: "/me", label: "nav.me", icon: CircleUser }];
  return (
    <nav aria-label={t("nav.main")} className="fixed inset-x-0 bottom-0 z-30 flex border-t bg-surface pb-[env(safe-area-inset-bottom)] lg:hidden">
      {entries.map(({ to, label, icon: Icon }) => (
        <Link key={to} to={to} activeOptions={{ exact: to === "/", includeSearch: false }} activeProps={{ className: "text-accent-text" }} inactiveProps={{ className: "text-muted" }} className="relative flex min-h-16 flex-1 flex-col items-center justify-center gap-1 text-xs font-semibold">
          <Icon aria-hidden className="size-5.5" />{t(label)}{to === "/inbox" && <Unread className="absolute top-1.5 left-1/2 ml-1" />}
        </Link>
      ))}
    </nav>
  );
}
