import { useTranslation } from "@/i18n";
import { SideLink } from "./SideLink";
import { useMe } from "./session";
import { SYSTEM_NAV } from "./systemNav";

/** The operators' part of the side bar. */
export default function SystemNav() {
  const { t } = useTranslation();
  const { role } = useMe();
  const entries = SYSTEM_NAV.filter(({ roles }) => roles?.includes(role));
  return entries.length > 0 && (
    <>
      <p className="mt-5 mb-1 px-3 text-xs font-semibold text-muted">{t("nav.system")}</p>
      {entries.map((entry) => <SideLink key={entry.to} {...entry} />)}
    </>
  );
}
