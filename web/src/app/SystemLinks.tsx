import { Link } from "@tanstack/react-router";
import { useTranslation } from "@/i18n";
import { buttonClass } from "@/ui/Button";
import { useMe } from "./session";
import type { NavEntry } from "./nav";
import { PLACES_NAV, SYSTEM_NAV } from "./systemNav";

/** The way to those pages where there is no side bar. */
export function SystemLinks() {
  const { t } = useTranslation();
  const { role } = useMe();
  const links = SYSTEM_NAV.filter(({ roles }) => roles?.includes(role));
  return (
    <>
      <Links id="where" title={t("nav.where")} links={PLACES_NAV} />
      {links.length > 0 && <Links id="system" title={t(role === "admin" ? "nav.system" : "nav.managers")} links={links} />}
    </>
  );
}

function Links({ id, title, links }: { id: string; title: string; links: NavEntry[] }) {
  const { t } = useTranslation();
  return (
    <nav aria-labelledby={id} className="lg:hidden">
      <h2 id={id} className="mb-2">{title}</h2>
      <div className="flex flex-wrap gap-2">
        {links.map(({ to, label, icon: Icon }) => <Link key={to} to={to} className={buttonClass()}><Icon aria-hidden className="size-4" />{t(label)}</Link>)}
      </div>
    </nav>
  );
}
