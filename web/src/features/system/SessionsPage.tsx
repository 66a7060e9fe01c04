// Who is signed in where, and the end of any session.
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { MonitorSmartphone } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { api, dataOf } from "@/api/client";
import type { Schema } from "@/api/types";
import { toastError } from "@/app/ErrorWords";
import { SessionRow } from "@/app/SessionRow";
import { browserOf } from "@/app/browser";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { SearchField } from "@/ui/SearchField";
import { isolated } from "@/ui/isolated";
import { toast } from "@/ui/toast";
import { sessionsQuery } from "./queries";
import { Failure, Nothing, Waiting } from "./states";

type Person = Schema<"UserSessions">;
interface Ending { user: Person["user"]; session: Schema<"MySession"> }

export function SessionsPage() {
  const { t } = useTranslation();
  const { q } = useSearch({ from: "/app/system/sessions" });
  const navigate = useNavigate({ from: "/system/sessions" });
  const client = useQueryClient();
  const [asked, setAsked] = useState<Ending | null>(null);
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage, isFetchNextPageError } = useInfiniteQuery(sessionsQuery(q));
  const ending = useMutation({
    mutationFn: ({ user, session }: Ending) => dataOf(api.DELETE("/api/system/sessions/{user}/{sid}", { params: { path: { user: user.id, sid: session.id } } })),
    onSuccess: () => toast("done", t("me.revoked")),
    onError: toastError,
    onSettled: () => {
      setAsked(null);
      return client.invalidateQueries({ queryKey: sessionsQuery(q).queryKey });
    },
  });
  const people = data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className="flex flex-col gap-4">
      <div>
        <h1>{t("sessions.title")}</h1>
        <p className="text-sm text-muted">{t("sessions.lead")}</p>
      </div>
      <search><SearchField label={t("sessions.search")} value={q ?? ""} onChange={(text) => void navigate({ search: { q: text || undefined }, replace: true })} /></search>
      {!data ? (error ? <Failure error={error} onRetry={() => void refetch()} /> : <Waiting />) : (
        <>
          {people.length === 0 && <div className="card"><Nothing icon={MonitorSmartphone} text={t("sessions.none")} /></div>}
          <ul className="flex flex-col gap-4">
            {people.map((person) => <li key={person.user.id}><PersonCard person={person} ending={ending.isPending ? ending.variables.session.id : null} onEnd={setAsked} /></li>)}
          </ul>
          {error && <Failure error={error} onRetry={() => void (isFetchNextPageError ? fetchNextPage() : refetch())} />}
          {hasNextPage && <Button className="self-center" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>{t("sessions.more")}</Button>}
        </>
      )}
      {asked && (
        <Dialog title={t("sessions.ask", { name: isolated(asked.user.name) })} onClose={() => setAsked(null)}>
          <p className="mb-5 text-sm text-muted">{t("sessions.ask_hint", { browser: browserOf(asked.session.user_agent), address: asked.session.address })}</p>
          <div className="flex justify-end gap-3">
            <Button onClick={() => setAsked(null)}>{t("common.back")}</Button>
            <Button kind="danger" busy={ending.isPending} onClick={() => ending.mutate(asked)}>{t("me.revoke")}</Button>
          </div>
        </Dialog>
      )}
    </div>
  );
}

function PersonCard({ person: { user, sessions }, ending, onEnd }: { person: Person; ending: string | null; onEnd: (ending: Ending) => void }) {
  const { t } = useTranslation();
  const id = `person-${user.id}`;
  return (
    <section aria-labelledby={id} className="card">
      <header className="flex flex-wrap items-baseline gap-x-3 p-4">
        <h2 id={id} dir="auto" className="words text-base">{user.name}</h2>
        <span className="words text-sm text-muted">{user.email ?? user.username} · {t(`role.${user.role}`)}</span>
        {sessions === null && <span className="text-sm text-warn">{t("sessions.unknown")}</span>}
        {sessions?.length === 0 && <span className="text-sm text-muted">{t("sessions.nowhere")}</span>}
      </header>
      <ul className="divide-y border-t empty:hidden">
        {sessions?.map((session) => <SessionRow key={session.id} session={session} isEnding={ending === session.id} onEnd={() => onEnd({ user, session })} />)}
      </ul>
    </section>
  );
}
