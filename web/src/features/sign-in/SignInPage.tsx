import { valibotResolver } from "@hookform/resolvers/valibot";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useRouter, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { useForm } from "react-hook-form";
import { choose, LANGUAGES, type Language, useTranslation, withMore } from "@/i18n";
import * as v from "valibot";
import { api, dataOf } from "@/api/client";
import { isCode } from "@/api/problem";
import type { Schema } from "@/api/types";
import { ErrorWords } from "@/app/ErrorWords";
import { startPage } from "@/app/preferences";
import { SecondStepNeeded, signIn } from "@/app/session";
import { Button } from "@/ui/Button";
import { Field } from "@/ui/Field";
import { OidcLink } from "@/resources/factor/OidcLink";
import { PasskeyButton } from "./PasskeyButton";

const SecondStep = lazy(() => withMore(import("@/resources/factor/SecondStep")));

const Credentials = v.object({
  email: v.pipe(v.string(), v.trim(), v.minLength(1, "common.required")),
  password: v.pipe(v.string(), v.minLength(1, "common.required")),
});

/** Under this name a browser remembers that somebody is in this installation. */
const SET_UP = "set-up";

export function SignInPage() {
  const { t, language: shown } = useTranslation();
  const { next } = useSearch({ from: "/sign-in" });
  const [step, setStep] = useState<Schema<"SecondFactor">>();
  const router = useRouter();
  const client = useQueryClient();
  const form = useForm({ resolver: valibotResolver(Credentials), defaultValues: { email: "", password: "" } });
  const entering = useMutation({
    mutationFn: ({ email, password }: v.InferOutput<typeof Credentials>) => signIn(client, email, password),
    onSuccess: () => goOn(),
    onError: (error) => error instanceof SecondStepNeeded && setStep(error.step),
  });
  // Only a path of this app: an address in a link must not lead somewhere else.
  const goOn = async () => {
    const first = await startPage();
    router.history.push(next?.startsWith("/") && !next.startsWith("//") && !next.includes("\\") ? next : first);
  };
  const refused = entering.error instanceof SecondStepNeeded ? null : entering.error;
  // An installation in which nobody is has nobody who could sign in. One that is known to be set up is not asked again.
  const setup = useQuery({ queryKey: ["setup"], retry: false, enabled: localStorage.getItem(SET_UP) === null, queryFn: () => dataOf(api.GET("/api/setup")) });
  const [isEmpty, isSetUp] = [setup.isSuccess, isCode(setup.error, "not_found")];
  useEffect(() => {
    if (isSetUp) localStorage.setItem(SET_UP, "yes");
  }, [isSetUp]);
  useEffect(() => {
    if (isEmpty) void router.navigate({ to: "/setup", hash: true, replace: true });
  }, [isEmpty, router]);
  const error = (name: "email" | "password") => form.formState.errors[name]?.message && t(form.formState.errors[name].message);
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-sm flex-col justify-center px-6 py-10">
      <img src="/icons/icon.svg" alt="" width="52" height="52" className="mb-6" />
      <h1>CepatEdge</h1>
      <p className="mt-1 mb-8 text-muted">{t("sign_in.tagline")}</p>
      {step && <Suspense><SecondStep step={step} onDone={() => void goOn()} onBack={() => { entering.reset(); setStep(undefined); }} /></Suspense>}
      {!step && <form noValidate className="flex flex-col gap-5" onSubmit={form.handleSubmit((values) => entering.mutate(values))}>
        {next && !refused && <p className="text-sm text-muted">{t("sign_in.ended")}</p>}
        <Field label={t("sign_in.email")} error={error("email")}>
          {(props) => <input {...props} {...form.register("email")} className="field" inputMode="email" autoCapitalize="none" spellCheck={false} autoComplete="username webauthn" autoFocus />}
        </Field>
        <Field label={t("sign_in.password")} error={error("password")}>
          {(props) => <input {...props} {...form.register("password")} className="field" type="password" autoComplete="current-password" />}
        </Field>
        {refused && <ErrorWords error={refused} />}
        <Button type="submit" kind="primary" busy={entering.isPending} className="sm:min-h-11">{entering.isPending ? t("sign_in.working") : t("sign_in.submit")}</Button>
        <PasskeyButton onDone={() => void goOn()} />
      </form>}
      {!step && <OidcLink next={next} />}
      {!step && <Link to="/forgot" className="mt-4 self-start text-sm font-semibold text-accent-text underline">{t("sign_in.forgot")}</Link>}
      <div className="mt-10 flex gap-4 text-sm">
        {(Object.keys(LANGUAGES) as Language[]).map((language) => (
          <button key={language} type="button" lang={language} aria-pressed={shown === language} onClick={() => void choose(language)} className="min-h-8 text-muted aria-pressed:font-semibold aria-pressed:text-ink">{LANGUAGES[language]}</button>
        ))}
      </div>
    </main>
  );
}
