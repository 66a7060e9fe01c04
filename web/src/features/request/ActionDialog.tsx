import { useQuery } from "@tanstack/react-query";
import { Star } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { LIMITS, isTooLong } from "@/api/limits";
import type { Action, RequestRecord } from "@/api/types";
import { ACTION_NEEDS } from "@/api/words";
import { ErrorWords } from "@/app/ErrorWords";
import { useDraft } from "@/drafts/useDraft";
import { hasChanged } from "@/resources/request/basis";
import type { RequestView } from "@/resources/request/live";
import { usersOptions } from "@/resources/user/queries";
import { Button } from "@/ui/Button";
import { Dialog, submitOnCtrlEnter } from "@/ui/Dialog";
import { Field } from "@/ui/Field";
import { Select } from "@/ui/Select";
import { ChangedSince } from "./Since";
import type { Wish } from "./useAct";

interface Props {
  action: Action;
  label: string;
  /** The request as it was when this was opened. */
  seen: RequestRecord;
  view: RequestView;
  isBusy: boolean;
  onSubmit: (wish: Pick<Wish, "body" | "key" | "assignee" | "onKept" | "onRefused">) => void;
  onClose: () => void;
}

/** Asks for what the action needs: a reason, what was done, who does it, or, if one likes, a rating. Its words are a draft. */
export function ActionDialog({ action, label, seen, view, isBusy, onSubmit, onClose }: Props) {
  const { t } = useTranslation();
  const draft = useDraft(`step:${action}:${seen.id}`, { text: "" });
  const [choice, setChoice] = useState("");
  const [isTried, setTried] = useState(false);
  const users = useQuery({ ...usersOptions(), enabled: ACTION_NEEDS[action] === "assignee_id" });
  const name = ACTION_NEEDS[action] ?? "reason";
  const isText = name === "reason" || name === "resolution";
  const text = draft.values.text.trim();
  const limit = LIMITS[name === "resolution" ? "resolution" : "reason"];
  const isLong = isText && isTooLong(text, limit);
  const isMissing = isText ? text === "" : name === "assignee_id" && choice === "";
  const isPossible = view.record.allowed_actions.includes(action);
  const submit = () => {
    setTried(true);
    if (isBusy || isMissing || isLong || !isPossible) return;
    if (name === "rating") onSubmit({ body: choice ? { rating: Number(choice) } : {} });
    else if (name === "assignee_id") onSubmit({ body: { assignee_id: choice }, assignee: users.data?.items.find(({ id }) => id === choice) });
    else onSubmit({ body: { [name]: text }, key: draft.seal({ [name]: text }), onKept: draft.drop, onRefused: () => draft.change({ text }) });
  };
  const error = isLong ? t("common.too_long", { count: limit }) : isTried && isMissing ? t("common.required") : undefined;
  return (
    <Dialog title={label} hasWords={draft.hasWords} onClose={onClose}>
      {!isBusy && hasChanged(seen, view.record) && (
        <ChangedSince seen={seen} view={view}>{!isPossible && <p className="text-sm">{t("conflict.gone", { action: label })}</p>}</ChangedSince>
      )}
      <form noValidate onKeyDown={submitOnCtrlEnter} onSubmit={(event) => { event.preventDefault(); submit(); }}>
        {name === "rating" ? (
          <Rating value={choice} onChange={setChoice} />
        ) : name === "assignee_id" ? (
          <Assignee users={users} record={seen} value={choice} error={error} onChange={setChoice} />
        ) : (
          <Field label={t(`request.${name}_ask`)} error={error}>
            {(props) => <textarea {...props} required autoFocus dir="auto" rows={4} value={draft.values.text} onChange={({ target }) => draft.change({ text: target.value })} className="field field-sizing-content max-h-[40dvh] min-h-24" />}
          </Field>
        )}
        <div className="mt-6 flex flex-wrap justify-end gap-3">
          {draft.hasWords && <Button kind="quiet" className="mr-auto" onClick={() => { draft.drop(); onClose(); }}>{t("draft.discard")}</Button>}
          <Button onClick={onClose}>{t("common.back")}</Button>
          <Button type="submit" kind={action === "reject" || action === "cancel" ? "danger" : "primary"} busy={isBusy} disabled={!isPossible && !isBusy}>{label}</Button>
        </div>
      </form>
    </Dialog>
  );
}

function Assignee({ users, record, value, error, onChange }: { users: ReturnType<typeof useUsers>; record: RequestRecord; value: string; error?: string; onChange: (id: string) => void }) {
  const { t } = useTranslation();
  const able = users.data?.items.filter((user) => user.role !== "requester" && user.id !== record.assignee?.id) ?? [];
  const byRole = able.toSorted((a, b) => Number(b.role === "technician") - Number(a.role === "technician"));
  if (users.error) return <><ErrorWords error={users.error} /><Button className="mt-3" onClick={() => void users.refetch()}>{t("common.retry")}</Button></>;
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
const useUsers = () => useQuery(usersOptions());

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
