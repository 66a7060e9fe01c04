// What an administrator changes about somebody.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { api, dataOf } from "@/api/client";
import { isCode } from "@/api/problem";
import type { Role, Schema } from "@/api/types";
import { ErrorWords } from "@/app/ErrorWords";
import { HandedLink } from "@/resources/user/HandedLink";
import { linkOf, loginOf } from "@/resources/user/login";
import { ResetLink } from "@/resources/user/ResetLink";
import { TakeFactors } from "@/resources/user/TakeFactors";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { isolated } from "@/ui/isolated";
import { toast } from "@/ui/toast";
import { MailedWords } from "../MailedWords";
import type { Account } from "./queries";
import { RoleField } from "./RoleField";
import { Unlink } from "./Unlink";
import { WorkStep } from "./WorkStep";

type Change = Schema<"ChangeBody">;

export function PersonDialog({ person, onClose }: { person: Account; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [leaving, setLeaving] = useState<Change | null>(null);
  const [role, setRole] = useState<Role>(person.role);
  const path = { id: person.id };
  const refresh = () => Promise.all([client.invalidateQueries({ queryKey: ["people"] }), client.invalidateQueries({ queryKey: ["users"] })]);
  const changing = useMutation({
    mutationFn: (body: Change) => dataOf(api.PATCH("/api/users/{id}", { params: { path }, body })),
    onSuccess: ({ ended_sessions, moved_work }) => {
      toast("done", moved_work > 0 ? t("people.moved", { count: moved_work }) : ended_sessions > 0 ? t("people.changed_ended", { count: ended_sessions }) : t("people.changed"));
      onClose();
    },
    // They would leave work behind: whose it becomes is asked, and told with the same change.
    onError: (error, body) => isCode(error, "open_work") && setLeaving(body),
    onSettled: refresh,
  });
  const inviting = useMutation({
    mutationFn: () => dataOf(api.POST("/api/users/{id}/invitation", { params: { path } })),
    onSettled: refresh,
  });
  const error = changing.error ?? inviting.error;
  const isIn = person.status !== "disabled";
  if (leaving) {
    const again = isCode(changing.error, "open_work") ? null : changing.error;
    return (
      <Dialog title={isolated(person.name)} onClose={onClose}>
        <WorkStep person={person} isPending={changing.isPending} error={again} onBack={() => { changing.reset(); setLeaving(null); }} onChosen={(work) => changing.mutate({ ...leaving, work })} />
      </Dialog>
    );
  }
  return (
    <Dialog title={isolated(person.name)} onClose={onClose}>
      <p className="words mb-4 text-sm text-muted">{loginOf(person)}</p>
      <form className="flex flex-col gap-4" onSubmit={(event) => { event.preventDefault(); changing.mutate({ role }); }}>
        {isIn && <RoleField value={role} onChange={setRole} />}
        {person.status === "invited" && !inviting.data && <Button busy={inviting.isPending} onClick={() => inviting.mutate()}>{t("people.new_link")}</Button>}
        {!inviting.data && person.invitation?.mailed && <MailedWords mailed={person.invitation.mailed} taken={t("people.mailed")} />}
        {inviting.data && (
          <HandedLink who={loginOf(person)} link={linkOf(inviting.data.token)}>
            {inviting.data.user.invitation?.mailed && <MailedWords mailed={inviting.data.user.invitation.mailed} taken={t("people.mailed")} />}
          </HandedLink>
        )}
        {person.status === "active" && <ResetLink person={person} />}
        {person.has_second_factor && <TakeFactors person={person} onDone={onClose} />}
        {person.identity && <Unlink id={person.id} identity={person.identity} onDone={onClose} />}
        {role !== person.role && person.status === "active" && <p className="text-sm text-muted">{t("people.role_hint")}</p>}
        {error && <ErrorWords error={error} />}
        <div className="mt-2 flex flex-wrap justify-end gap-3">
          {isIn ? <Button kind="danger" className="mr-auto" busy={changing.isPending} onClick={() => changing.mutate({ status: "disabled" })}>{t(person.status === "invited" ? "people.withdraw" : "people.disable")}</Button>
            : <Button kind="primary" className="mr-auto" busy={changing.isPending} onClick={() => changing.mutate({ status: "active" })}>{t("people.enable")}</Button>}
          <Button onClick={onClose}>{t("common.back")}</Button>
          {isIn && <Button type="submit" kind="primary" disabled={role === person.role} busy={changing.isPending}>{t("common.save")}</Button>}
        </div>
      </form>
    </Dialog>
  );
}
