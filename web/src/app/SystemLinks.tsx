import { Link } from "@tanstack/react-router";
import { useTranslation } from "@/i18n";
import { buttonClass } from "@/ui/Button";
import { useMe } from "./session";
import { SYSTEM_NAV } from "./systemNav";

/** The way to those pages where there is no side bar. */
export function SystemLinks() {
  const { t } = useTranslation();
  const { role } = useMe();
  const links = SYSTEM_NAV.filter(({ roles }) => roles?.includes(role));
  if (links.length === 0) return null;
  return (
    <nav aria-labelledby="system" className="lg:hidden">
      <h2 id="system" className="mb-2">{t(role === "admin" ? "nav.system" : "nav.managers")}</h2>
      <div className="flex flex-wrap gap-2">
        {links.map(({ to, label, icon: Icon }) => <Link key={to} to={to} className={buttonClass()}><Icon aria-hidden className="size-4" />{t(label)}</Link>)}
      </div>
    </nav>
  );
}
