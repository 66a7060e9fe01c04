// For whoever was handed a link for a new password: the password, and in.
import { valibotResolver } from "@hookform/resolvers/valibot";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useRouter } from "@tanstack/react-router";
import { useEffect, useState, type ReactNode } from "react";
import { useForm } from "react-hook-form";
import { useTranslation } from "@/i18n";
import * as v from "valibot";
import { api, dataOf } from "@/api/client";
import { ApiError, isCode } from "@/api/problem";
import type { Schema } from "@/api/types";
import { ErrorWords, useFieldWords } from "@/app/ErrorWords";
import { becomes, SecondStepNeeded, signIn } from "@/app/session";
import SecondStep from "@/resources/factor/SecondStep";
import { Button } from "@/ui/Button";
import { Field } from "@/ui/Field";

const LEAST_CHARS = 8;
const Entered = v.object({
  password: v.pipe(v.string(), v.minLength(1, "common.required"), v.check((text) => [...text].length >= LEAST_CHARS, "problem.too_short")),
});

export function ResetPage() {
  const { t } = useTranslation();
  const [token] = useState(() => location.hash.slice(1));
  const look = useQuery({ queryKey: ["reset", token], retry: false, staleTime: Infinity, queryFn: () => dataOf(api.POST("/api/auth/resets/look", { body: { token } })) });
  useEffect(() => void (document.title = `${t("reset.title")} · CepatEdge`), [t]);
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-md flex-col justify-center px-6 py-10">
      <img src="/icons/icon.svg" alt="" width="52" height="52" className="mb-6" />
      {look.isPending ? <div aria-busy className="card skeleton h-80 bg-sunken" />
        : isCode(look.error, "not_found") ? <Words title={t("reset.unknown")}>{t("reset.unknown_do")}</Words>
        : look.error ? <><ErrorWords error={look.error} /><Button className="mt-4 self-start" onClick={() => void look.refetch()}>{t("common.retry")}</Button></>
        : look.data.state === "open" ? <ResetForm token={token} reset={look.data} onOver={() => void look.refetch()} />
        : (
          <Words title={t(`reset.${look.data.state}`)}>
            <p>{t(`reset.${look.data.state}_do`)}</p>
            {look.data.state === "used" && <Link to="/sign-in" search={{ next: undefined }} className="font-semibold text-accent-text underline">{t("sign_in.submit")}</Link>}
          </Words>
        )}
    </main>
  );
}

const Words = ({ title, children }: { title: string; children: ReactNode }) => <><h1>{title}</h1><div className="mt-3 flex flex-col items-start gap-4 text-muted">{children}</div></>;

function ResetForm({ token, reset, onOver }: { token: string; reset: Schema<"ResetShown">; onOver: () => void }) {
  const { t } = useTranslation();
  const say = useFieldWords();
  const client = useQueryClient();
  const router = useRouter();
  const form = useForm({ resolver: valibotResolver(Entered), defaultValues: { password: "" } });
  const setting = useMutation({
    mutationFn: async ({ password }: v.InferOutput<typeof Entered>) => {
      try {
        await becomes(client, await dataOf(api.POST("/api/auth/resets/accept", { body: { token, password } })));
      } catch (error) {
        // The answer to an earlier try was lost: it was carried out.
        if (!isCode(error, "reset_used")) throw error;
        await signIn(client, reset.login, password);
      }
    },
    onSuccess: () => router.history.replace("/"),
    onError: (error) => error instanceof SecondStepNeeded ? setStep(error.step) : isCode(error, "invalid_credentials", "reset_expired", "reset_replaced", "reset_withdrawn") && onOver(),
  });
  const [step, setStep] = useState<Schema<"SecondFactor">>();
  const message = form.formState.errors.password?.message;
  const refused = setting.error instanceof ApiError ? setting.error.field("password") : undefined;
  if (step) return <SecondStep step={step} onDone={() => router.history.replace("/")} onBack={() => router.history.replace("/sign-in")} />;
  return (
    <>
      <h1>{t("reset.title")}</h1>
      <p className="words mt-1 mb-8 text-muted">{t("reset.intro", { name: reset.name, login: reset.login })}</p>
      <form noValidate className="flex flex-col gap-5" onSubmit={form.handleSubmit((values) => setting.mutate(values))}>
        <input type="hidden" autoComplete="username" value={reset.login} readOnly />
        <Field label={t("password.new")} hint={t("setup.password_hint")} error={message ? t(message) : say(refused)}>
          {(props) => <input {...props} {...form.register("password")} className="field" type="password" autoComplete="new-password" autoFocus />}
        </Field>
        <p className="text-sm text-muted">{t("reset.hint")}</p>
        {setting.error && !refused && <ErrorWords error={setting.error} />}
        <Button type="submit" kind="primary" busy={setting.isPending} className="sm:min-h-11">{t("reset.submit")}</Button>
      </form>
    </>
  );
}
