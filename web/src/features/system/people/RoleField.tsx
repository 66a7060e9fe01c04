import { useTranslation } from "@/i18n";
import type { Role } from "@/api/types";
import { ROLE } from "@/api/words";
import { Field } from "@/ui/Field";
import { Select } from "@/ui/Select";

/** A role, and what it may do. */
export function RoleField({ value, onChange }: { value: Role; onChange: (role: Role) => void }) {
  const { t } = useTranslation();
  return (
    <Field label={t("people.role")} hint={t(`people.can_${value}`)}>
      {(props) => <Select {...props} value={value} onChange={({ target }) => onChange(target.value as Role)}>{ROLE.map((role) => <option key={role} value={role}>{t(`role.${role}`)}</option>)}</Select>}
    </Field>
  );
}
