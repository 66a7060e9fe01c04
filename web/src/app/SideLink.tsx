import { Link } from "@tanstack/react-router";
import { useTranslation } from "@/i18n";
import { Unread } from "@/resources/inbox/Unread";
import type { NavEntry } from "./nav";

export function SideLink({ to, label, icon: Icon }: NavEntry) {
  const { t } = useTranslation();
  return (
    <Link to={to} activeOptions={{ exact: to === "/", includeSearch: false }} activeProps={{ className: "bg-accent-soft text-accent-text" }} className="flex min-h-10 items-center gap-3 rounded-lg px-3 text-sm font-semibold hover:bg-sunken">
      <Icon aria-hidden className="size-4.5" />{t(label)}{to === "/inbox" && <Unread className="ml-auto" />}
    </Link>
  );
}
