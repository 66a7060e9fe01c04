import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Bell, KeyRound, LogOut, Pencil } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "@/i18n";
import { api, dataOf } from "@/api/client";
import { manages } from "@/api/types";
import { ErrorWords, toastError } from "@/app/ErrorWords";
import { SessionRow } from "@/app/SessionRow";
import { signOut, useMe } from "@/app/session";
import { allFiles } from "@/offline/files";
import { SystemLinks } from "@/app/SystemLinks";
import { chosenTheme, chooseTheme, THEMES, type Theme } from "@/app/theme";
import { useAvatar } from "@/resources/user/avatars";
import { portraitsOptions } from "@/resources/user/portraits";
import { Portrait } from "@/resources/user/Portrait";
import { Button, buttonClass } from "@/ui/Button";
import { toast } from "@/ui/toast";
import { Choice } from "./Choice";
import { Identities } from "./Identities";
import { LanguageChoice } from "./LanguageChoice";
import { LeaveDialog, type Left } from "./LeaveDialog";
import { NameDialog } from "./NameDialog";
import { PreferencesForm } from "./PreferencesForm";
import { SecondFactor } from "./SecondFactor";

const PasswordDialog = lazy(() => import("./PasswordDialog").then(({ PasswordDialog }) => ({ default: PasswordDialog })));

const AvatarDialog = lazy(() => import("./AvatarDialog").then(({ AvatarDialog }) => ({ default: AvatarDialog })));

export function MePage() {
  const { t } = useTranslation();
  const me = useMe();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [isRenaming, setRenaming] = useState(false);
  const [isPortrayed, setPortrayed] = useState(false);
  useQuery(portraitsOptions);
  const hasPortrait = useAvatar(me.id, 64) !== undefined;
  const [isChangingPassword, setChangingPassword] = useState(false);
  const [left, setLeft] = useState<Left | null>(null);
  const [theme, setTheme] = useState(chosenTheme());
  const leaving = useMutation({
    mutationFn: () => signOut(client),
    onSuccess: () => navigate({ to: "/sign-in", search: { next: undefined } }),
    onError: toastError,
  });
  const leave = async () => {
    const files = (await allFiles()).filter(({ user }) => user === me.id);
    if (files.length > 0) setLeft({ count: files.length, bytes: files.reduce((sum, { file }) => sum + file.size, 0) });
    else leaving.mutate();
  };
  return (
    <div className="mx-auto flex max-w-xl flex-col gap-7">
      <h1>{t("me.title")}</h1>
      <section aria-labelledby="profile" className="card flex flex-wrap items-center gap-4 p-4">
        <h2 id="profile" className="sr-only">{t("me.profile")}</h2>
        <button type="button" aria-label={t("avatar.change")} title={t("avatar.change")} className="rounded-full hover:brightness-95" onClick={() => setPortrayed(true)}><Portrait person={me} size={192} className="size-14 text-lg" /></button>
        <div className="min-w-0 flex-1">
          <p className="flex items-center gap-1 font-semibold">
            <span dir="auto" className="words min-w-0">{me.name}</span>
            <Button kind="quiet" className="px-2!" aria-label={t("me.rename")} onClick={() => setRenaming(true)}><Pencil aria-hidden className="size-4" /></Button>
          </p>
          <p className="words text-sm text-muted">{me.email ?? me.username}</p>
          <p className="text-sm text-muted">{t(`role.${me.role}`)}</p>
        </div>
        <Button className="w-full sm:w-auto" onClick={() => setChangingPassword(true)}>{t("password.title")}</Button>
        <Button className="w-full sm:w-auto" busy={leaving.isPending} onClick={() => void leave()}><LogOut aria-hidden className="size-4" />{t("me.sign_out")}</Button>
        {left && <LeaveDialog left={left} isBusy={leaving.isPending} onLeave={() => leaving.mutate()} onClose={() => setLeft(null)} />}
        {isPortrayed && <Suspense><AvatarDialog hasOne={hasPortrait} onClose={() => setPortrayed(false)} /></Suspense>}
        {isRenaming && <NameDialog name={me.name} onClose={() => setRenaming(false)} />}
        {isChangingPassword && <Suspense><PasswordDialog onClose={() => setChangingPassword(false)} /></Suspense>}
      </section>
      <LanguageChoice />
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
