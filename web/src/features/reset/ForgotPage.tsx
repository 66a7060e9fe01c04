// For who has forgotten a password: a link by mail, if there is such an account. Nobody is told whether there is.
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "@/i18n";
import { api } from "@/api/client";
import { ErrorWords } from "@/app/ErrorWords";
import { Button } from "@/ui/Button";
import { Field } from "@/ui/Field";

export function ForgotPage() {
  const { t } = useTranslation();
  const [email, setEmail] = useState("");
  const asking = useMutation({ mutationFn: () => api.POST("/api/auth/forgot", { body: { email: email.trim() } }) });
  useEffect(() => void (document.title = `${t("forgot.title")} · CepatEdge`), [t]);
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-sm flex-col justify-center gap-5 px-6 py-10">
      <img src="/icons/icon.svg" alt="" width="52" height="52" />
      <h1>{t("forgot.title")}</h1>
      {asking.isSuccess ? <p role="status">{t("forgot.sent")}</p> : (
        <form noValidate className="flex flex-col gap-5" onSubmit={(event) => { event.preventDefault(); if (email.trim() !== "") asking.mutate(); }}>
          <p className="text-muted">{t("forgot.hint")}</p>
          <Field label={t("forgot.email")}>
            {(props) => <input {...props} value={email} onChange={({ target }) => setEmail(target.value)} className="field" type="email" inputMode="email" autoCapitalize="none" spellCheck={false} autoComplete="username" autoFocus />}
          </Field>
          {asking.error && <ErrorWords error={asking.error} />}
          <Button type="submit" kind="primary" busy={asking.isPending} disabled={email.trim() === ""}>{t("forgot.submit")}</Button>
        </form>
      )}
      <p className="text-sm text-muted">{t("forgot.no_address")}</p>
      <Link to="/sign-in" search={{ next: undefined }} className="self-start font-semibold text-accent-text underline">{t("forgot.back")}</Link>
    </main>
  );
}
