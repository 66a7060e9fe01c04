// A passkey's name, and its end.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { api, dataOf } from "@/api/client";
import { LIMITS } from "@/api/limits";
import { ApiError } from "@/api/problem";
import type { Schema } from "@/api/types";
import { ErrorWords, useFieldWords } from "@/app/ErrorWords";
import { factorsChanged } from "@/resources/factor/queries";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Field } from "@/ui/Field";
import { toast } from "@/ui/toast";

export function PasskeyDialog({ passkey, onClose }: { passkey: Schema<"PasskeyShown">; onClose: () => void }) {
  const { t } = useTranslation();
  const say = useFieldWords();
  const client = useQueryClient();
  const [name, setName] = useState(passkey.name);
  const params = { path: { id: passkey.id } };
  const changing = useMutation({
    mutationFn: (isOver: boolean) => dataOf(isOver ? api.DELETE("/api/me/passkeys/{id}", { params }) : api.PATCH("/api/me/passkeys/{id}", { params, body: { name } })),
    onSuccess: (_, isOver) => {
      toast("done", t(isOver ? "factor.removed" : "factor.renamed"));
      onClose();
    },
    onSettled: () => factorsChanged(client),
  });
  const refused = changing.error instanceof ApiError ? changing.error.field("name") : undefined;
  return (
    <Dialog title={t("factor.passkey")} hasWords={name !== passkey.name} onClose={onClose}>
      <form noValidate className="flex flex-col gap-4" onSubmit={(event) => { event.preventDefault(); changing.mutate(false); }}>
        <Field label={t("factor.passkey_name")} error={say(refused)}>
          {(props) => <input {...props} value={name} maxLength={LIMITS.name} onChange={({ target }) => setName(target.value)} className="field" autoFocus />}
        </Field>
        {changing.error && !refused && <ErrorWords error={changing.error} />}
        <div className="mt-2 flex flex-wrap justify-end gap-3">
          <Button kind="danger" className="mr-auto" busy={changing.isPending} onClick={() => changing.mutate(true)}>{t("factor.remove")}</Button>
          <Button onClick={onClose}>{t("common.back")}</Button>
          <Button type="submit" kind="primary" disabled={name.trim() === "" || name === passkey.name} busy={changing.isPending}>{t("common.save")}</Button>
        </div>
      </form>
    </Dialog>
  );
}
