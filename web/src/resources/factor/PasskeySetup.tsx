// A passkey is made: first its name, then the browser's own window.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { api, dataOf } from "@/api/client";
import { ApiError } from "@/api/problem";
import { LIMITS } from "@/api/limits";
import { ErrorWords, useFieldWords } from "@/app/ErrorWords";
import { Button } from "@/ui/Button";
import { Field } from "@/ui/Field";
import { deviceName, hasPasskeys, isGivenUp, isKnownHere, makePasskey } from "./passkey";
import { factorsChanged } from "./queries";

export function PasskeySetup({ onDone, onBack }: { onDone: (codes: string[]) => void; onBack: () => void }) {
  const { t } = useTranslation();
  const say = useFieldWords();
  const client = useQueryClient();
  const [name, setName] = useState(deviceName);
  const making = useMutation({
    mutationFn: async () => {
      const passkey = await makePasskey(await dataOf(api.POST("/api/me/passkeys/options")));
      return dataOf(api.POST("/api/me/passkeys", { body: { name, passkey } }));
    },
    onSuccess: ({ recovery_codes }) => onDone(recovery_codes),
    onSettled: () => factorsChanged(client),
  });
  const refused = making.error instanceof ApiError ? making.error.field("name") : undefined;
  const gaveUp = isGivenUp(making.error) ? t("factor.given_up") : isKnownHere(making.error) ? t("factor.known_here") : undefined;
  if (!hasPasskeys()) return <><p>{t("factor.no_passkeys")}</p><Button className="mt-4" onClick={onBack}>{t("common.back")}</Button></>;
  return (
    <form noValidate className="flex flex-col gap-4" onSubmit={(event) => { event.preventDefault(); making.mutate(); }}>
      <p className="text-sm text-muted">{t("factor.passkey_hint")}</p>
      <Field label={t("factor.passkey_name")} error={say(refused)}>
        {(props) => <input {...props} value={name} maxLength={LIMITS.name} onChange={({ target }) => setName(target.value)} className="field" autoFocus />}
      </Field>
      {making.error && !refused && (gaveUp ? <p role="alert" className="text-sm text-danger">{gaveUp}</p> : <ErrorWords error={making.error} />)}
      <div className="mt-2 flex justify-end gap-3">
        <Button onClick={onBack}>{t("common.back")}</Button>
        <Button type="submit" kind="primary" busy={making.isPending} disabled={name.trim() === ""}>{t("factor.passkey_make")}</Button>
      </div>
    </form>
  );
}
