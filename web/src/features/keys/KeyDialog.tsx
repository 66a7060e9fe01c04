// A new key, or another name and other scopes of one that there is.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { api, dataOf } from "@/api/client";
import { ApiError } from "@/api/problem";
import { MAX_LENGTH, SCOPE } from "@/api/words";
import { ErrorWords, useFieldWords } from "@/app/ErrorWords";
import { useMe } from "@/app/session";
import type { ApiKey, Scope } from "@/resources/key/queries";
import { Button } from "@/ui/Button";
import { Dialog, submitOnCtrlEnter } from "@/ui/Dialog";
import { Field } from "@/ui/Field";
import { toast } from "@/ui/toast";
import { DaysField, USUAL_DAYS } from "./DaysField";
import { Secret } from "./Secret";

export function KeyDialog({ known, onClose }: { known?: ApiKey; onClose: () => void }) {
  const { t } = useTranslation();
  const say = useFieldWords();
  const { role } = useMe();
  const client = useQueryClient();
  const [name, setName] = useState(known?.name ?? "");
  const [scopes, setScopes] = useState<Scope[]>(known?.scopes ?? ["read"]);
  const [days, setDays] = useState(USUAL_DAYS);
  const [secret, setSecret] = useState<string>();
  const saving = useMutation({
    mutationFn: async () => {
      if (known) return void (await dataOf(api.PATCH("/api/keys/{id}", { params: { path: { id: known.id } }, body: { name, scopes } })));
      setSecret((await dataOf(api.POST("/api/keys", { body: { name, scopes, days } }))).secret);
    },
    onSuccess: () => {
      if (!known) return;
      toast("done", t("keys.changed"));
      onClose();
    },
    onSettled: () => client.invalidateQueries({ queryKey: ["keys"] }),
  });
  const refused = (field: string) => (saving.error instanceof ApiError ? say(saving.error.field(field)) : undefined);
  const toggle = (scope: Scope) => setScopes((before) => (before.includes(scope) ? before.filter((one) => one !== scope) : [...before, scope]));
  if (secret) return <Dialog title={t("keys.made")} onClose={onClose} hasWords><Secret text={secret} onClose={onClose} /></Dialog>;
  return (
    <Dialog title={t(known ? "keys.edit" : "keys.make")} onClose={onClose} hasWords={name !== (known?.name ?? "")}>
      <form noValidate onKeyDown={submitOnCtrlEnter} className="flex flex-col gap-4" onSubmit={(event) => { event.preventDefault(); saving.mutate(); }}>
        <Field label={t("keys.name")} hint={t("keys.name_hint")} error={refused("name")}>
          {(props) => <input {...props} autoFocus value={name} maxLength={MAX_LENGTH.NewKey.name} autoComplete="off" onChange={({ target }) => setName(target.value)} className="field" />}
        </Field>
        <fieldset>
          <legend className="mb-1.5 text-sm font-semibold">{t("keys.scopes")}</legend>
          <div className="flex flex-col">
            {SCOPE.filter((scope) => scope !== "operate" || role === "admin").map((scope) => (
              <label key={scope} className="flex min-h-11 cursor-pointer items-start gap-3 py-1.5 text-sm">
                <input type="checkbox" checked={scopes.includes(scope)} onChange={() => toggle(scope)} className="mt-0.5 size-5 shrink-0 accent-accent" />
                <span><span className="font-semibold">{t(`keys.scope_${scope}`)}</span><br /><span className="text-muted">{t(`keys.can_${scope}`)}</span></span>
              </label>
            ))}
          </div>
          {scopes.length === 0 && <p role="alert" className="text-sm text-danger">{t("keys.no_scope")}</p>}
        </fieldset>
        {!known && <DaysField value={days} onChange={setDays} />}
        {saving.error && !refused("name") && <ErrorWords error={saving.error} />}
        <div className="mt-2 flex justify-end gap-3">
          <Button onClick={onClose}>{t("common.back")}</Button>
          <Button type="submit" kind="primary" busy={saving.isPending} disabled={name.trim() === "" || scopes.length === 0}>{t(known ? "common.save" : "keys.make")}</Button>
        </div>
      </form>
    </Dialog>
  );
}
