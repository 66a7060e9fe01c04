import { useQuery } from "@tanstack/react-query";
import { Star } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { LIMITS, isTooLong } from "@/api/limits";
import type { Action, RequestRecord, Schema } from "@/api/types";
import { ACTION_NEEDS } from "@/api/words";
import { ErrorWords } from "@/app/ErrorWords";
import { usersOptions } from "@/resources/user/queries";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Field } from "@/ui/Field";
import { Select } from "@/ui/Select";

interface Props { action: Action; label: string; record: RequestRecord; isBusy: boolean; onSubmit: (body: Schema<"ActionBody">) => void; onClose: () => void }

/** Asks for what the action needs: a reason, what was done, who does it, or, if one likes, a rating. */
export function ActionDialog({ action, label, record, isBusy, onSubmit, onClose }: Props) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const [isTried, setTried] = useState(false);
  const name = ACTION_NEEDS[action] ?? "reason";
  const needsText = name !== "rating";
  const limit = LIMITS[name === "resolution" ? "resolution" : "reason"];
  const isLong = isTooLong(text, limit);
  const submit = () => {
    setTried(true);
    if (name === "rating") onSubmit(text ? { rating: Number(text) } : {});
    else if (text.trim() !== "" && !isLong) onSubmit({ [name]: text.trim() });
  };
  const error = isLong ? t("common.too_long", { count: limit }) : isTried && needsText && text.trim() === "" ? t("common.required") : undefined;
  return (
    <Dialog title={label} onClose={onClose}>
      <form noValidate onSubmit={(event) => { event.preventDefault(); submit(); }}>
        {name === "rating" ? (
          <Rating value={text} onChange={setText} />
        ) : name === "assignee_id" ? (
          <Assignee record={record} value={text} error={error} onChange={setText} />
        ) : (
          <Field label={t(`request.${name}_ask`)} error={error}>
            {(props) => <textarea {...props} required autoFocus rows={4} value={text} onChange={({ target }) => setText(target.value)} className="field" />}
          </Field>
        )}
        <div className="mt-6 flex justify-end gap-3">
          <Button onClick={onClose}>{t("common.back")}</Button>
          <Button type="submit" kind={action === "reject" || action === "cancel" ? "danger" : "primary"} busy={isBusy}>{label}</Button>
        </div>
      </form>
    </Dialog>
  );
}

function Assignee({ record, value, error, onChange }: { record: RequestRecord; value: string; error?: string; onChange: (id: string) => void }) {
  const { t } = useTranslation();
  const users = useQuery(usersOptions());
  const able = users.data?.items.filter((user) => user.role !== "requester" && user.id !== record.assignee?.id) ?? [];
  const byRole = able.toSorted((a, b) => Number(b.role === "technician") - Number(a.role === "technician"));
  if (users.error) return <ErrorWords error={users.error} />;
  return (
    <Field label={t("request.assignee_ask")} error={error}>
      {(props) => (
        <Select {...props} autoFocus required value={value} onChange={({ target }) => onChange(target.value)}>
          <option value="">{users.isPending ? t("common.loading") : t("request.choose")}</option>
          {byRole.map((user) => <option key={user.id} value={user.id}>{user.name} ({t(`role.${user.role}`)})</option>)}
        </Select>
      )}
    </Field>
  );
}

function Rating({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const { t } = useTranslation();
  return (
    <fieldset>
      <legend className="mb-1.5 text-sm font-semibold">{t("request.rating")} ({t("new.optional")})</legend>
      <div className="flex gap-1">
        {["1", "2", "3", "4", "5"].map((star) => (
          <label key={star} className="cursor-pointer rounded-lg p-2 text-warn has-focus-visible:outline-2 has-focus-visible:outline-accent">
            <input type="radio" name="rating" value={star} checked={value === star} onChange={() => onChange(star)} className="sr-only" />
            <Star aria-hidden className={`size-7 ${Number(star) <= Number(value) ? "fill-current" : ""}`} />
            <span className="sr-only">{t("request.stars", { count: Number(star) })}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
