// Says of a person that they are staff, and as what: a name alone could be somebody else's.
import { useTranslation } from "@/i18n";
import type { Role } from "@/api/types";

export function StaffMark({ role }: { role: Role | undefined }) {
  const { t } = useTranslation();
  if (!role || role === "requester") return null;
  return <><span className="rounded bg-sunken px-1.5 py-0.5 text-xs font-semibold text-muted">{t(`role.${role}`)}</span> </>;
}
