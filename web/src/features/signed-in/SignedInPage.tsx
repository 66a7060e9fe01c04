// Where the identity provider leads: in, or the words why not and the way on.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useRouter, useSearch } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "@/i18n";
import { api, dataOf } from "@/api/client";
import { isCode } from "@/api/problem";
import { ErrorWords } from "@/app/ErrorWords";
import { startPage } from "@/app/preferences";
import { becomes } from "@/app/session";
import { Button, buttonClass } from "@/ui/Button";

/** Those that trying again may put right. */
const AGAIN = ["provider_away", "expired", "denied", "refused", "bad_token", "too_many", "later"];

/** Those of somebody who is signed in all the same, and was to prove it anew. */
const UNPROVED = ["no_proof", "not_proved"];

export function SignedInPage() {
  const { t, exists } = useTranslation();
  const { problem, to } = useSearch({ from: "/signed-in" });
  const router = useRouter();
  const client = useQueryClient();
  const { mutate: enter, ...entering } = useMutation({
    mutationFn: async () => becomes(client, await dataOf(api.GET("/api/me"))),
    // Where they wanted to go, else the page that they chose.
    onSuccess: async () => router.history.replace(to && to !== "/" ? to : await startPage()),
  });
  useEffect(() => {
    if (problem === undefined) enter();
  }, [problem, enter]);
  useEffect(() => void (document.title = `${t("sign_in.title")} · CepatEdge`), [t]);
  const isOut = isCode(entering.error, "unauthenticated");
  const told = isOut ? "expired" : problem;
  const isIn = told !== undefined && UNPROVED.includes(told);
  const word = told && (exists(`oidc.${told}`) ? told : "refused");
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-sm flex-col justify-center gap-5 px-6 py-10">
      <img src="/icons/icon.svg" alt="" width="52" height="52" />
      {word ? (
        <>
          <h1>{t(isIn ? "oidc.unproved" : "oidc.title")}</h1>
          <div role="alert">
            <p className="font-semibold">{t(`oidc.${word}`)}</p>
            <p className="mt-1 text-muted">{t(`oidc.${word}_do`)}</p>
          </div>
          {AGAIN.includes(word) && <a href="/api/auth/oidc/start" className={`${buttonClass("primary")} sm:min-h-11`}>{t("oidc.again")}</a>}
          {isIn ? <Link to="/me" className="self-start font-semibold text-accent-text underline">{t("oidc.back_in")}</Link>
            : <Link to="/sign-in" search={{ next: undefined }} className="self-start font-semibold text-accent-text underline">{t("oidc.back")}</Link>}
        </>
      ) : entering.error ? (
        <>
          <h1>{t("sign_in.title")}</h1>
          <ErrorWords error={entering.error} />
          <Button kind="primary" busy={entering.isPending} onClick={() => enter()}>{t("common.retry")}</Button>
        </>
      ) : <p role="status">{t("sign_in.working")}</p>}
    </main>
  );
}
