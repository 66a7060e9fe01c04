// Whoever is signed in is asked who they are, before what needs it anew: by a password, or by a second factor that they have.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { api, dataOf } from "@/api/client";
import { ApiError } from "@/api/problem";
import { ErrorWords, useFieldWords } from "@/app/ErrorWords";
import { meOptions } from "@/app/session";
import { Button } from "@/ui/Button";
import { Field } from "@/ui/Field";
import { OidcLink } from "./OidcLink";
import { ProofFields } from "./ProofFields";
import { usePasskey } from "./passkey";
import { factorsOptions } from "./queries";

type Tried = { password: string } | { code: string } | "passkey";

/** The proof itself; where a second factor is what is wanted, a password will not do. */
export function Proof({ isSecond = false, onProved, onBack }: { isSecond?: boolean; onProved: () => void; onBack: () => void }) {
  const { t } = useTranslation();
  const say = useFieldWords();
  const client = useQueryClient();
  const factors = useQuery(factorsOptions);
  const [password, setPassword] = useState("");
  const [byFactor, setByFactor] = useState(isSecond);
  const proving = useMutation({
    mutationFn: async (tried: Tried) => {
      const body = tried === "passkey" ? { passkey: await usePasskey(await dataOf(api.POST("/api/me/reauthenticate/options"))) } : tried;
      return dataOf(api.POST("/api/me/reauthenticate", { body }));
    },
    onSuccess: (profile) => {
      client.setQueryData(meOptions.queryKey, profile);
      onProved();
    },
  });
  const [hasApp, hasPasskey] = [factors.data?.totp_since != null, (factors.data?.passkeys.length ?? 0) > 0];
  const other = (words: string, isFactor: boolean) => <button type="button" className="min-h-8 font-semibold text-accent-text underline" onClick={() => { proving.reset(); setByFactor(isFactor); }}>{words}</button>;
  if (byFactor) {
    return (
      <ProofFields key={String(hasApp)} hasApp={hasApp} hasPasskey={hasPasskey} error={proving.error} isPending={proving.isPending} onCode={(code) => proving.mutate({ code })} onPasskey={() => proving.mutate("passkey")}>
        {!isSecond && other(t("factor.by_password"), false)}
        <button type="button" className="min-h-8 text-muted underline" onClick={onBack}>{t("common.back")}</button>
      </ProofFields>
    );
  }
  const refused = proving.error instanceof ApiError ? proving.error.field("password") : undefined;
  return (
    <form noValidate className="flex flex-col gap-4" onSubmit={(event) => { event.preventDefault(); if (password !== "") proving.mutate({ password }); }}>
      <Field label={t("sign_in.password")} error={say(refused)}>
        {(props) => <input {...props} value={password} onChange={({ target }) => setPassword(target.value)} className="field" type="password" autoComplete="current-password" autoFocus />}
      </Field>
      {proving.error && !refused && <ErrorWords error={proving.error} />}
      {(hasApp || hasPasskey) && <div className="text-sm">{other(t("factor.by_factor"), true)}</div>}
      {/* Whoever comes by the provider may have no password here: being asked there anew is a proof, and drafts stay. */}
      <OidcLink proves next={location.pathname + location.search} />
      <div className="mt-2 flex justify-end gap-3">
        <Button onClick={onBack}>{t("common.back")}</Button>
        <Button type="submit" kind="primary" busy={proving.isPending} disabled={password === ""}>{t("factor.go_on")}</Button>
      </div>
    </form>
  );
}
