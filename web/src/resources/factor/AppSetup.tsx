// An authenticator app is set up: a picture for its camera, letters for whoever types, and its first code.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { api, dataOf } from "@/api/client";
import { ApiError } from "@/api/problem";
import { ErrorWords, useFieldWords } from "@/app/ErrorWords";
import { Button } from "@/ui/Button";
import { Field } from "@/ui/Field";
import { Qr } from "@/ui/Qr";
import { factorsChanged } from "./queries";

export function AppSetup({ onDone, onBack }: { onDone: (codes: string[]) => void; onBack: () => void }) {
  const { t } = useTranslation();
  const say = useFieldWords();
  const client = useQueryClient();
  const [code, setCode] = useState("");
  // A secret that was shown is kept for as long as it is looked at.
  const begun = useQuery({ queryKey: ["me", "new-app"], retry: false, staleTime: Infinity, gcTime: 0, queryFn: () => dataOf(api.POST("/api/me/totp")) });
  const confirming = useMutation({
    mutationFn: (enrolment: string) => dataOf(api.PUT("/api/me/totp", { body: { enrolment, code } })),
    onSuccess: ({ recovery_codes }) => onDone(recovery_codes),
    onSettled: () => factorsChanged(client),
  });
  const refused = confirming.error instanceof ApiError ? confirming.error.field("code") : undefined;
  if (begun.error) return <><ErrorWords error={begun.error} /><Button className="mt-4" onClick={onBack}>{t("common.back")}</Button></>;
  if (!begun.data) return <div aria-busy className="skeleton h-80 rounded-lg bg-sunken" />;
  const { secret, uri, enrolment } = begun.data;
  return (
    <form noValidate className="flex flex-col gap-4" onSubmit={(event) => { event.preventDefault(); confirming.mutate(enrolment); }}>
      <p className="text-sm text-muted">{t("factor.app_scan")}</p>
      <Qr text={uri} label={t("factor.app_qr")} />
      <p className="text-sm text-muted">{t("factor.app_type")} <code className="words font-mono text-ink select-all">{secret.match(/.{1,4}/g)?.join(" ")}</code></p>
      <Field label={t("factor.code")} hint={t("factor.code_hint")} error={say(refused)}>
        {(props) => <input {...props} value={code} onChange={({ target }) => setCode(target.value)} className="field font-mono tracking-widest" inputMode="numeric" autoComplete="one-time-code" autoFocus />}
      </Field>
      {confirming.error && !refused && <ErrorWords error={confirming.error} />}
      <div className="mt-2 flex justify-end gap-3">
        <Button onClick={onBack}>{t("common.back")}</Button>
        <Button type="submit" kind="primary" busy={confirming.isPending} disabled={code.trim() === ""}>{t("factor.app_done")}</Button>
      </div>
    </form>
  );
}
