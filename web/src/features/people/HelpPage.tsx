// For managers: who cannot get in any more is helped. Who is here and what each may do is the administrators' (system/people).
import { useQuery } from "@tanstack/react-query";
import { Users } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import type { Role, Schema } from "@/api/types";
import { ErrorWords } from "@/app/ErrorWords";
import { folded } from "@/resources/request/filters";
import { loginOf } from "@/resources/user/login";
import { Portrait } from "@/resources/user/Portrait";
import { usersOptions } from "@/resources/user/queries";
import { ResetLink } from "@/resources/user/ResetLink";
import { TakeFactors } from "@/resources/user/TakeFactors";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Empty } from "@/ui/Empty";
import { isolated } from "@/ui/isolated";
import { SearchField } from "@/ui/SearchField";

type User = Schema<"User">;

/** Whom a manager may let in again; the API refuses the others by itself. */
const HELPED: Role[] = ["requester", "technician"];

/** So many are shown; whoever is further down is searched for. */
const MOST = 100;

export function HelpPage() {
  const { t } = useTranslation();
  const users = useQuery(usersOptions());
  const [wanted, setWanted] = useState("");
  const [chosen, setChosen] = useState<User | null>(null);
  const matches = (user: User) => HELPED.includes(user.role) && folded(`${user.name} ${loginOf(user)}`).includes(folded(wanted));
  const found = users.data?.items.filter(matches);
  return (
    <div className="flex flex-col gap-4">
      <h1>{t("people.title")}</h1>
      <p className="max-w-prose text-sm text-muted">{t("people.help_lead")}</p>
      <search><SearchField label={t("people.search")} value={wanted} onChange={setWanted} /></search>
      {users.error && !found && <div className="card p-4"><ErrorWords error={users.error} /></div>}
      {users.isPending && <div role="status" aria-label={t("common.loading")} className="card skeleton h-40 bg-sunken" />}
      {found?.length === 0 && <div className="card"><Empty icon={Users} title={t("people.none")} hint={t("people.help_none")} /></div>}
      <ul className="card divide-y empty:hidden">
        {found?.slice(0, MOST).map((user) => <li key={user.id}><Row user={user} onOpen={() => setChosen(user)} /></li>)}
      </ul>
      {found && found.length > MOST && <p className="text-sm text-muted">{t("people.help_more", { count: found.length - MOST })}</p>}
      {chosen && (
        <Dialog key={chosen.id} title={isolated(chosen.name)} onClose={() => setChosen(null)}>
          <p className="words mb-4 text-sm text-muted">{loginOf(chosen)}</p>
          <div className="flex flex-col gap-4">
            <ResetLink person={chosen} />
            <TakeFactors person={chosen} onDone={() => setChosen(null)} />
            <div className="mt-2 flex justify-end"><Button onClick={() => setChosen(null)}>{t("common.close")}</Button></div>
          </div>
        </Dialog>
      )}
    </div>
  );
}

function Row({ user, onOpen }: { user: User; onOpen: () => void }) {
  const { t } = useTranslation();
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1 p-4">
      <Portrait person={user} className="size-10 text-sm" />
      <div className="min-w-0 flex-1 basis-52">
        <p dir="auto" className="words font-semibold">{user.name}</p>
        <p className="words text-sm text-muted">{loginOf(user)}</p>
      </div>
      <p className="flex-1 text-sm sm:w-44 sm:flex-none">{t(`role.${user.role}`)}</p>
      <Button onClick={onOpen} aria-label={t("people.help_of", { name: user.name })}>{t("people.help")}</Button>
    </div>
  );
}
