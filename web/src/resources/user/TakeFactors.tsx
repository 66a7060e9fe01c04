// Takes somebody's second factors away, once it has been asked whether that is meant: for a phone that was lost.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { api, dataOf } from "@/api/client";
import { ErrorWords } from "@/app/ErrorWords";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { isolated } from "@/ui/isolated";
import { toast } from "@/ui/toast";

interface Props {
  person: { id: string; name: string };
  onDone: () => void;
}

export function TakeFactors({ person, onDone }: Props) {
  const { t } = useTranslation();
  const [isAsking, setAsking] = useState(false);
  return (
    <>
      <Button onClick={() => setAsking(true)}>{t("people.take_factors")}</Button>
      {isAsking && <Question person={person} onDone={onDone} onClose={() => setAsking(false)} />}
    </>
  );
}

/** What follows, and the two ways on. */
function Question({ person, onDone, onClose }: Props & { onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const taking = useMutation({
    mutationFn: () => dataOf(api.DELETE("/api/users/{id}/factors", { params: { path: { id: person.id } } })),
    onSuccess: ({ removed, ended_sessions }) => {
      toast("done", !removed ? t("people.no_factors") : ended_sessions > 0 ? t("people.factors_taken_ended", { count: ended_sessions }) : t("people.factors_taken"));
      onClose();
      onDone();
    },
    onSettled: () => client.invalidateQueries({ queryKey: ["people"] }),
  });
  const follows = [t("people.take_factors_out"), t("people.take_factors_password"), t("people.take_factors_told"), t("people.take_factors_sure")];
  return (
    <Dialog title={t("people.take_factors_of", { name: isolated(person.name) })} onClose={onClose}>
      <ul className="flex list-disc flex-col gap-1.5 pl-5 text-sm text-muted">{follows.map((words) => <li key={words}>{words}</li>)}</ul>
      {taking.error && <div className="mt-4"><ErrorWords error={taking.error} /></div>}
      <div className="mt-5 flex justify-end gap-3">
        <Button onClick={onClose}>{t("common.back")}</Button>
        <Button kind="danger" busy={taking.isPending} onClick={() => taking.mutate()}>{t("people.take_factors")}</Button>
      </div>
    </Dialog>
  );
}
