// Whose the open work of somebody becomes who does none any more: it is shown, and goes to somebody or is nobody's, with the change itself.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { api, dataOf } from "@/api/client";
import type { Schema } from "@/api/types";
import { ErrorWords } from "@/app/ErrorWords";
import { usersOptions } from "@/resources/user/queries";
import { StatusMark } from "@/resources/request/marks";
import { Button } from "@/ui/Button";
import { Field } from "@/ui/Field";
import { isolated } from "@/ui/isolated";
import { Select } from "@/ui/Select";
import type { Account } from "./queries";

const SHOWN = 5;

export function WorkStep({ person, isPending, error, onBack, onChosen }: { person: Account; isPending: boolean; error: unknown; onBack: () => void; onChosen: (work: Schema<"WorkBody">) => void }) {
  const { t } = useTranslation();
  const [to, setTo] = useState("");
  const [reason, setReason] = useState(t("people.work_reason_usual", { name: person.name }));
  const work = useQuery({
    queryKey: ["people", "work", person.id],
    staleTime: 0,
    queryFn: ({ signal }) => dataOf(api.GET("/api/requests", { params: { query: { assignee: person.id, status: ["assigned", "in_progress", "on_hold"], sort: "due", limit: SHOWN, total: true } }, signal })),
  });
  const users = useQuery(usersOptions());
  const able = users.data?.items.filter(({ id, role }) => role !== "requester" && id !== person.id) ?? [];
  const count = work.data?.total ?? work.data?.items.length ?? 0;
  const failure = error ?? work.error ?? users.error;
  return (
    <form noValidate className="flex flex-col gap-4" onSubmit={(event) => { event.preventDefault(); onChosen(to === "" ? { reason: reason.trim() } : { assignee_id: to }); }}>
      {work.isPending ? <div aria-busy className="skeleton h-32 rounded-lg bg-sunken" /> : (
        <div>
          <p className="mb-2 font-semibold">{t("people.work", { count, name: isolated(person.name) })}</p>
          <ul className="flex flex-col gap-2 text-sm">
            {work.data?.items.map((request) => (
              <li key={request.id} className="flex flex-wrap items-center gap-x-3 gap-y-1">
                <StatusMark status={request.status} />
                <span dir="auto" className="words min-w-0 flex-1 basis-40">{request.title}</span>
                <span className="text-muted">{request.number}</span>
              </li>
            ))}
            {count > SHOWN && <li className="text-muted">{t("people.work_more", { count: count - SHOWN })}</li>}
          </ul>
        </div>
      )}
      <Field label={t("people.work_to")}>
        {(props) => (
          <Select {...props} value={to} onChange={({ target }) => setTo(target.value)}>
            <option value="">{t("people.work_nobody")}</option>
            {able.map(({ id, name, role }) => <option key={id} value={id}>{name} · {t(`role.${role}`)}</option>)}
          </Select>
        )}
      </Field>
      {to === "" && (
        <Field label={t("people.work_reason")} hint={t("people.work_reason_hint")} error={reason.trim() === "" ? t("common.required") : undefined}>
          {(props) => <input {...props} value={reason} onChange={({ target }) => setReason(target.value)} className="field" />}
        </Field>
      )}
      {failure !== null && failure !== undefined && <ErrorWords error={failure} />}
      <div className="mt-2 flex justify-end gap-3">
        <Button onClick={onBack}>{t("common.back")}</Button>
        <Button type="submit" kind="danger" busy={isPending} disabled={to === "" && reason.trim() === ""}>{t("people.work_submit")}</Button>
      </div>
    </form>
  );
}
