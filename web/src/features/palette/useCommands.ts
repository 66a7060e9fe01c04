// What can be done from everywhere: the pages that one may open, and what is chosen for this device.
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Bell, CircleUser, KeyRound, Keyboard, Languages, LogOut, Plus, ScanLine, SunMoon } from "lucide-react";
import { useTranslation } from "@/i18n";
import { manages } from "@/api/types";
import { toastError } from "@/app/ErrorWords";
import { NAV } from "@/app/nav";
import { useLanguages } from "@/app/organisation";
import { useChooseLanguage } from "@/app/preferences";
import { signOut, useMe } from "@/app/session";
import { PLACES_NAV, SYSTEM_NAV } from "@/app/systemNav";
import { chooseTheme, chosenTheme, THEMES } from "@/app/theme";
import { allFiles } from "@/offline/files";
import type { Entry } from "./entries";

export function useCommands(onHelp: () => void, onScan: () => void): Entry[] {
  const { t, language: shown } = useTranslation();
  const me = useMe();
  const client = useQueryClient();
  const navigate = useNavigate();
  const languages = useLanguages();
  const chooseLanguage = useChooseLanguage();
  const leave = async () => {
    // Files that wait here are asked about on the page of one's own.
    if ((await allFiles()).some(({ user }) => user === me.id)) return navigate({ to: "/me" });
    await signOut(client);
    return navigate({ to: "/sign-in", search: { next: undefined } });
  };
  const pages = [
    { to: "/new", label: "nav.new", icon: Plus },
    ...NAV,
    ...PLACES_NAV,
    ...SYSTEM_NAV.filter(({ roles }) => roles?.includes(me.role)),
    { to: "/me", label: "nav.me", icon: CircleUser },
    { to: "/me/notices", label: "inbox.choices", icon: Bell },
    ...(manages(me.role) ? [{ to: "/me/keys", label: "keys.mine", icon: KeyRound }] : []),
  ];
  return [
    ...pages.map(({ to, label, icon }): Entry => ({ key: to, icon, title: t(label), href: to })),
    ...THEMES.filter((theme) => theme !== chosenTheme()).map((theme): Entry => ({ key: theme, icon: SunMoon, title: `${t("me.theme")}: ${t(`me.${theme}`)}`, run: () => chooseTheme(theme) })),
    ...languages.filter(([language]) => language !== shown).map(([language, name]): Entry => ({ key: language, icon: Languages, title: `${t("me.language")}: ${name}`, run: () => chooseLanguage(language) })),
    { key: "scan", icon: ScanLine, title: t("scan.title"), isHere: true, run: onScan },
    { key: "keys", icon: Keyboard, title: t("help.help"), run: onHelp },
    { key: "leave", icon: LogOut, title: t("me.sign_out"), run: () => void leave().catch(toastError) },
  ];
}
