import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Bell, KeyRound, LogOut, Pencil } from "lucide-react";
import { lazy, Suspense, useState, type ReactNode } from "react";
import { choose, LANGUAGES, type Language, useTranslation } from "@/i18n";
import { api, dataOf } from "@/api/client";
import { manages } from "@/api/types";
import { ErrorWords, toastError } from "@/app/ErrorWords";
import { SessionRow } from "@/app/SessionRow";
import { signOut, useMe } from "@/app/session";
import { SystemLinks } from "@/app/SystemLinks";
import { chosenTheme, chooseTheme, THEMES, type Theme } from "@/app/theme";
import { Button, buttonClass } from "@/ui/Button";
import { toast } from "@/ui/toast";
import { Identities } from "./Identities";
import { NameDialog } from "./NameDialog";
import { PreferencesForm } from "./PreferencesForm";
import { SecondFactor } from "./SecondFactor";

const PasswordDialog = lazy(() => import("./PasswordDialog").then(({ PasswordDialog }) => ({ default: PasswordDialog })));

export function MePage() {
  const { t, language } = useTranslation();
  const me = useMe();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [isRenaming, setRenaming] = useState(false);
  const [isChangingPassword, setChangingPassword] = useState(false);
  const [theme, setTheme] = useState(chosenTheme());
  const leaving = useMutation({
    mutationFn: () => signOut(client),
    onSuccess: () => navigate({ to: "/sign-in", search: { next: undefined } }),
    onError: toastError,
  });
  return (
    <div className="mx-auto flex max-w-xl flex-col gap-7">
      <h1>{t("me.title")}</h1>
      <section aria-labelledby="profile" className="card flex flex-wrap items-center gap-4 p-4">
        <h2 id="profile" className="sr-only">{t("me.profile")}</h2>
        <span aria-hidden className="grid size-12 place-items-center rounded-full bg-accent-soft text-lg font-bold text-accent-text">{me.name.slice(0, 1)}</span>
        <div className="min-w-0 flex-1">
          <p className="flex items-center gap-1 font-semibold">
            <span dir="auto" className="words min-w-0">{me.name}</span>
            <Button kind="quiet" className="px-2!" aria-label={t("me.rename")} onClick={() => setRenaming(true)}><Pencil aria-hidden className="size-4" /></Button>
          </p>
          <p className="words text-sm text-muted">{me.email ?? me.username}</p>
          <p className="text-sm text-muted">{t(`role.${me.role}`)}</p>
        </div>
        <Button className="w-full sm:w-auto" onClick={() => setChangingPassword(true)}>{t("password.title")}</Button>
        <Button className="w-full sm:w-auto" busy={leaving.isPending} onClick={() => leaving.mutate()}><LogOut aria-hidden className="size-4" />{t("me.sign_out")}</Button>
        {isRenaming && <NameDialog name={me.name} onClose={() => setRenaming(false)} />}
        {isChangingPassword && <Suspense><PasswordDialog onClose={() => setChangingPassword(false)} /></Suspense>}
      </section>
      <Choice legend={t("me.language")} name="language" value={language} options={LANGUAGES} onChange={(language) => void choose(language as Language)} />
      <Choice
        legend={t("me.theme")}
        name="theme"
        value={theme}
        options={Object.fromEntries(THEMES.map((theme) => [theme, t(`me.${theme}`)]))}
        onChange={(value) => {
          chooseTheme(value as Theme);
          setTheme(value as Theme);
        }}
      />
      <Identities />
      <PreferencesForm />
      <SecondFactor />
      <section aria-labelledby="notices">
        <h2 id="notices">{t("inbox.choices")}</h2>
        <p className="mt-1 mb-3 text-sm text-muted">{t("inbox.choices_hint")}</p>
        <Link to="/me/notices" className={buttonClass()}><Bell aria-hidden className="size-4" />{t("inbox.choices")}</Link>
      </section>
      <SystemLinks />
      <Sessions />
      {manages(me.role) && (
        <section aria-labelledby="keys">
          <h2 id="keys">{t("nav.keys")}</h2>
          <p className="mt-1 mb-3 text-sm text-muted">{t("keys.lead")}</p>
          <Link to="/me/keys" className={buttonClass()}><KeyRound aria-hidden className="size-4" />{t("keys.mine")}</Link>
        </section>
      )}
      <section aria-labelledby="data">
        <h2 id="data">{t("me.data")}</h2>
        <p className="mt-1 mb-3 text-sm text-muted">{t("me.data_hint")}</p>
        <a href="/api/me/data" download="cepatedge-my-data.json" className={buttonClass()}>{t("me.data_get")}</a>
      </section>
    </div>
  );
}

function Choice({ legend, name, value, options, onChange }: { legend: string; name: string; value: string; options: Record<string, ReactNode>; onChange: (value: string) => void }) {
  return (
    <fieldset>
      <legend className="mb-2 text-lg font-semibold">{legend}</legend>
      <div className="flex flex-wrap gap-2">
        {Object.entries(options).map(([option, words]) => (
          <label key={option} className="flex min-h-11 cursor-pointer items-center rounded-lg border border-edge bg-surface px-4 text-sm font-semibold has-checked:border-accent has-checked:bg-accent-soft has-checked:text-accent-text has-focus-visible:outline-2 has-focus-visible:outline-accent">
            <input type="radio" name={name} value={option} checked={value === option} onChange={() => onChange(option)} className="sr-only" />
            {words}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function Sessions() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const queryKey = ["me", "sessions"];
  const sessions = useQuery({ queryKey, queryFn: ({ signal }) => dataOf(api.GET("/api/me/sessions", { signal })) });
  const revoking = useMutation({
    mutationFn: (sid: string) => dataOf(api.DELETE("/api/me/sessions/{sid}", { params: { path: { sid } } })),
    onSuccess: () => toast("done", t("me.revoked")),
    onError: toastError,
    onSettled: () => client.invalidateQueries({ queryKey }),
  });
  return (
    <section aria-labelledby="sessions">
      <h2 id="sessions" className="mb-2">{t("me.sessions")}</h2>
      {sessions.error && <ErrorWords error={sessions.error} />}
      {sessions.isPending && <div aria-busy className="card skeleton h-40 bg-sunken" />}
      <ul className="card divide-y empty:hidden">
        {sessions.data?.items.map((session) => (
          <SessionRow key={session.id} session={session} isEnding={revoking.isPending && revoking.variables === session.id} onEnd={() => revoking.mutate(session.id)} />
        ))}
      </ul>
    </section>
  );
}
