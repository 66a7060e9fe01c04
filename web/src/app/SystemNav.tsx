import { useTranslation } from "@/i18n";
import { SideLink } from "./SideLink";
import { useMe } from "./session";
import { PLACES_NAV, SYSTEM_NAV } from "./systemNav";

/** The part of the side bar that comes after the first picture: places and things, and what is for those who run the system, and for managers. */
export default function SystemNav() {
  const { t } = useTranslation();
  const { role } = useMe();
  const entries = SYSTEM_NAV.filter(({ roles }) => roles?.includes(role));
  return (
    <>
      {PLACES_NAV.map((entry) => <SideLink key={entry.to} {...entry} />)}
      {entries.length > 0 && <p className="mt-5 mb-1 px-3 text-xs font-semibold text-muted">{t(role === "admin" ? "nav.system" : "nav.managers")}</p>}
      {entries.map((entry) => <SideLink key={entry.to} {...entry} />)}
    </>
  );
}
