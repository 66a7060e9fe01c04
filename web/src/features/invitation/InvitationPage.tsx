// For whoever holds the link of an invitation: a name, a password, and in.
import { valibotResolver } from "@hookform/resolvers/valibot";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useRouter } from "@tanstack/react-router";
import { useEffect, useState, type ReactNode } from "react";
import { useForm } from "react-hook-form";
import { choose, LANGUAGES, type Language, useTranslation } from "@/i18n";
import * as v from "valibot";
import { api, dataOf } from "@/api/client";
import { LIMITS, isTooLong } from "@/api/limits";
import { ApiError, isCode } from "@/api/problem";
import type { Schema } from "@/api/types";
import { ErrorWords, useFieldWords } from "@/app/ErrorWords";
import { becomes, signIn } from "@/app/session";
import { Button } from "@/ui/Button";
import { Field } from "@/ui/Field";
import { Select } from "@/ui/Select";

const LEAST_CHARS = 8;
const Entered = v.object({
  name: v.pipe(v.string(), v.trim(), v.minLength(1, "common.required"), v.check((text) => !isTooLong(text, LIMITS.name), "common.too_long")),
  password: v.pipe(v.string(), v.minLength(1, "common.required"), v.check((text) => [...text].length >= LEAST_CHARS, "problem.too_short")),
});
type Entered = v.InferOutput<typeof Entered>;
type Invitation = Schema<"InvitationShown">;

export function InvitationPage() {
  const { t } = useTranslation();
  const [token] = useState(() => location.hash.slice(1));
  const look = useQuery({ queryKey: ["invitation", token], retry: false, staleTime: Infinity, queryFn: () => dataOf(api.POST("/api/auth/invitations/look", { body: { token } })) });
  useEffect(() => void (document.title = `${t("invitation.title")} · CepatEdge`), [t]);
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-md flex-col justify-center px-6 py-10">
      <img src="/icons/icon.svg" alt="" width="52" height="52" className="mb-6" />
      {look.isPending ? <div aria-busy className="card skeleton h-80 bg-sunken" />
        : isCode(look.error, "not_found") ? <Words title={t("invitation.unknown")}>{t("invitation.unknown_do")}</Words>
        : look.error ? <><ErrorWords error={look.error} /><Button className="mt-4 self-start" onClick={() => void look.refetch()}>{t("common.retry")}</Button></>
        : look.data.state === "open" ? <AcceptForm token={token} invitation={look.data} onOver={() => void look.refetch()} />
        : <Over token={token} state={look.data.state} />}
    </main>
  );
}

const Words = ({ title, children }: { title: string; children: ReactNode }) => <><h1>{title}</h1><div className="mt-3 flex flex-col items-start gap-4 text-muted">{children}</div></>;

function Over({ token, state }: { token: string; state: Exclude<Invitation["state"], "open"> }) {
  const { t } = useTranslation();
  const asking = useMutation({ mutationFn: () => api.POST("/api/auth/invitations/ask", { body: { token } }) });
  return (
    <Words title={t(`invitation.${state}`)}>
      <p>{t(`invitation.${state}_do`)}</p>
      {state === "used" && <Link to="/sign-in" search={{ next: undefined }} className="font-semibold text-accent-text underline">{t("sign_in.submit")}</Link>}
      {state === "expired" && (asking.isSuccess ? <p role="status" className="font-semibold text-ink">{t("invitation.asked")}</p>
        : <Button kind="primary" busy={asking.isPending} onClick={() => asking.mutate()}>{t("invitation.ask")}</Button>)}
      {asking.error && <ErrorWords error={asking.error} />}
    </Words>
  );
}

function AcceptForm({ token, invitation, onOver }: { token: string; invitation: Invitation; onOver: () => void }) {
  const { t, language } = useTranslation();
  const say = useFieldWords();
  const client = useQueryClient();
  const router = useRouter();
  const login = invitation.email ?? invitation.username ?? "";
  const form = useForm({ resolver: valibotResolver(Entered), defaultValues: { name: invitation.username ? invitation.name : "", password: "" } });
  const entering = useMutation({
    mutationFn: async (entered: Entered) => {
      try {
        await becomes(client, await dataOf(api.POST("/api/auth/invitations/accept", { body: { token, language, ...entered } })));
      } catch (error) {
        // The answer to an earlier try was lost: it was carried out.
        if (!isCode(error, "invitation_used")) throw error;
        await signIn(client, login, entered.password);
      }
    },
    onSuccess: () => router.history.replace("/"),
    onError: (error) => isCode(error, "invalid_credentials", "invitation_expired", "invitation_replaced", "invitation_withdrawn") && onOver(),
  });
  const error = (name: keyof Entered) => {
    const message = form.formState.errors[name]?.message;
    return message ? t(message, { count: LIMITS.name }) : entering.error instanceof ApiError ? say(entering.error.field(name)) : undefined;
  };
  return (
    <>
      <h1 dir="auto" className="words">{invitation.organisation}</h1>
      <p className="words mt-1 mb-8 text-muted">{t("invitation.intro", { role: t(`role.${invitation.role}`), email: login })}</p>
      <form noValidate className="flex flex-col gap-5" onSubmit={form.handleSubmit((values) => entering.mutate(values))}>
        <Field label={t("setup.language")}>
          {(props) => (
            <Select {...props} value={language} onChange={({ target }) => void choose(target.value as Language)}>
              {Object.entries(LANGUAGES).map(([tag, name]) => <option key={tag} value={tag} lang={tag}>{name}</option>)}
            </Select>
          )}
        </Field>
        <input type="hidden" autoComplete="username" value={login} readOnly />
        <Field label={t("setup.name")} hint={t("invitation.name_hint")} error={error("name")}>
          {(props) => <input {...props} {...form.register("name")} className="field" autoComplete="name" />}
        </Field>
        <Field label={t("setup.password")} hint={t("setup.password_hint")} error={error("password")}>
          {(props) => <input {...props} {...form.register("password")} className="field" type="password" autoComplete="new-password" />}
        </Field>
        {entering.error && <ErrorWords error={entering.error} />}
        <Button type="submit" kind="primary" busy={entering.isPending} className="sm:min-h-11">{t(entering.isPending ? "sign_in.working" : "invitation.submit")}</Button>
      </form>
    </>
  );
}
