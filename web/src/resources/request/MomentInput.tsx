// Whether something is so, and since when: a box to tick, which says now, and the time, which may be another.
import { useId } from "react";
import { useTranslation } from "@/i18n";
import { Field } from "@/ui/Field";
import { TimeInput } from "@/ui/TimeInput";
import { fieldOf, type FieldName } from "./fields";

interface Props { name: FieldName; value: string; onPut: (value: string) => void; error?: string }

export default function MomentInput({ name, value, onPut, error }: Props) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <div className="flex flex-col gap-2">
      <label htmlFor={id} className="flex min-h-11 cursor-pointer items-center gap-3 text-sm font-semibold">
        <input id={id} type="checkbox" className="size-5 accent-accent" checked={value !== ""} onChange={({ target }) => onPut(target.checked ? new Date().toISOString() : "")} />
        {t(`moment.${name}`)}
      </label>
      {value !== "" && <Field label={t(fieldOf(name).label)} error={error}>{(props) => <TimeInput {...props} value={value} onChange={onPut} />}</Field>}
    </div>
  );
}
