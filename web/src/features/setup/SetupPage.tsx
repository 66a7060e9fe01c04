// The first admin of an empty installation. The link that opens the page has the secret of the deployment behind its `#`, which
// no server on the way gets to see.
import { valibotResolver } from "@hookform/resolvers/valibot";
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useRouter } from "@tanstack/react-router";
import { useEffect, useState, type ReactNode } from "react";
import { useForm } from "react-hook-form";
import { choose, LANGUAGES, type Language, useTranslation } from "@/i18n";
import * as v from "valibot";
import { api, dataOf } from "@/api/client";
import { LIMITS, isTooLong } from "@/api/limits";
import { ApiError, isCode } from "@/api/problem";
import { ErrorWords, useFieldWords } from "@/app/ErrorWords";
import { becomes, signIn } from "@/app/session";
import { Button } from "@/ui/Button";
import { Field } from "@/ui/Field";
import { Select } from "@/ui/Select";

const LEAST_CHARS = 8;
const name = v.pipe(v.string(), v.trim(), v.minLength(1, "common.required"), v.check((text) => !isTooLong(text, LIMITS.name), "common.too_long"));
const Entered = v.object({
  organisation: name,
  name,
  email: v.pipe(v.string(), v.trim(), v.minLength(1, "common.required")),
  password: v.pipe(v.string(), v.minLength(1, "common.required"), v.check((text) => [...text].length >= LEAST_CHARS, "problem.too_short")),
  time_zone: v.string(),
});
type Entered = v.InferOutput<typeof Entered>;

const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
const ZONES = [...new Set([here, "UTC", ...Intl.supportedValuesOf("timeZone")])];

const setupOptions = queryOptions({ queryKey: ["setup"], retry: false, queryFn: () => dataOf(api.GET("/api/setup")) });

export function SetupPage() {
  const { t } = useTranslation();
  const state = useQuery(setupOptions);
  const [token] = useState(() => location.hash.slice(1));
  useEffect(() => void (document.title = `${t("setup.title")} · CepatEdge`), [t]);
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-md flex-col justify-center px-6 py-10">
      <img src="/icons/icon.svg" alt="" width="52" height="52" className="mb-6" />
      {state.isPending ? <div aria-busy className="card skeleton h-96 bg-sunken" />
        : isCode(state.error, "not_found") ? <Words title={t("setup.done")}><p>{t("setup.done_do")}</p><Link to="/sign-in" search={{ next: undefined }} className="font-semibold text-accent-text underline">{t("sign_in.submit")}</Link></Words>
        : state.error ? <ErrorWords error={state.error} />
        : token === "" || !state.data.has_token ? <NoToken hasToken={state.data.has_token} />
        : <SetupForm token={token} />}
    </main>
  );
}

function Words({ title, children }: { title: string; children: ReactNode }) {
  return <><h1>{title}</h1><div className="mt-3 flex flex-col gap-3 text-muted">{children}</div></>;
}

function NoToken({ hasToken }: { hasToken: boolean }) {
  const { t } = useTranslation();
  return (
    <Words title={t("setup.no_token")}>
      {!hasToken && <p>{t("setup.has_none")}</p>}
      <p>{t("setup.no_token_do")}</p>
      <pre className="rounded-lg whitespace-pre-wrap bg-sunken p-3 text-sm text-ink"><code>cargo xtask setup --first-admin {location.origin}</code></pre>
    </Words>
  );
}

function SetupForm({ token }: { token: string }) {
  const { t, language } = useTranslation();
  const say = useFieldWords();
  const client = useQueryClient();
  const router = useRouter();
  const form = useForm({ resolver: valibotResolver(Entered), defaultValues: { organisation: "", name: "", email: "", password: "", time_zone: here } });
  const starting = useMutation({
    mutationFn: async (entered: Entered) => {
      try {
        await becomes(client, await dataOf(api.POST("/api/setup", { body: { token, language, ...entered } })));
      } catch (error) {
        // The answer to an earlier try was lost: it was carried out.
        if (!isCode(error, "not_found")) throw error;
        await signIn(client, entered.email, entered.password);
      }
    },
    onSuccess: () => router.history.replace("/"),
    // Somebody else was quicker: the page says so.
    onError: (error) => isCode(error, "invalid_credentials") && client.invalidateQueries(setupOptions),
  });
  const refused = (name: string) => (starting.error instanceof ApiError ? say(starting.error.field(name)) : undefined);
  const error = (name: keyof Entered) => {
    const message = form.formState.errors[name]?.message;
    return message ? t(message, { count: LIMITS.name }) : refused(name);
  };
  return (
    <>
      <h1>{t("setup.title")}</h1>
      <p className="mt-1 mb-8 text-muted">{t("setup.intro")}</p>
      <form noValidate className="flex flex-col gap-5" onSubmit={form.handleSubmit((values) => starting.mutate(values))}>
        <Field label={t("setup.language")} hint={t("setup.language_hint")}>
          {(props) => (
            <Select {...props} value={language} onChange={({ target }) => void choose(target.value as Language)}>
              {Object.entries(LANGUAGES).map(([tag, name]) => <option key={tag} value={tag} lang={tag}>{name}</option>)}
            </Select>
          )}
        </Field>
        <Field label={t("setup.organisation")} hint={t("setup.organisation_hint")} error={error("organisation")}>
          {(props) => <input {...props} {...form.register("organisation")} className="field" autoComplete="organization" />}
        </Field>
        <Field label={t("setup.time_zone")} error={error("time_zone")}>
          {(props) => <Select {...props} {...form.register("time_zone")}>{ZONES.map((zone) => <option key={zone} value={zone}>{zone.replaceAll("_", " ")}</option>)}</Select>}
        </Field>
        <Field label={t("setup.name")} error={error("name")}>
          {(props) => <input {...props} {...form.register("name")} className="field" autoComplete="name" />}
        </Field>
        <Field label={t("setup.email")} error={error("email")}>
          {(props) => <input {...props} {...form.register("email")} className="field" type="email" autoComplete="username" />}
        </Field>
        <Field label={t("setup.password")} hint={t("setup.password_hint")} error={error("password")}>
          {(props) => <input {...props} {...form.register("password")} className="field" type="password" autoComplete="new-password" />}
        </Field>
        {refused("token") ? <div role="alert" className="text-sm"><p className="font-semibold">{t("setup.token")}</p><p className="text-muted">{t("setup.token_do")}</p></div>
          : starting.error && <ErrorWords error={starting.error} />}
        <Button type="submit" kind="primary" busy={starting.isPending} className="sm:min-h-11">{t(starting.isPending ? "setup.working" : "setup.submit")}</Button>
      </form>
    </>
  );
}
