// Who is here, who is invited, and what each may do.
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { UserPlus, Users } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import type { Role } from "@/api/types";
import { ROLE, USER_STATUS } from "@/api/words";
import { Failure, Nothing, Waiting } from "../states";
import { Save } from "@/sheet/Save";
import { Button } from "@/ui/Button";
import { SearchField } from "@/ui/SearchField";
import { Select } from "@/ui/Select";
import { When } from "@/ui/time";
import { Portrait } from "@/resources/user/Portrait";
import { loginOf } from "@/resources/user/login";
import { InviteDialog } from "./InviteDialog";
import { PersonDialog } from "./PersonDialog";
import { peopleQuery, type Account } from "./queries";
import type { PeopleSearch, UserStatus } from "./search";

export function PeoplePage() {
  const { t } = useTranslation();
  const search = useSearch({ from: "/app/system/users" });
  const navigate = useNavigate({ from: "/system/users" });
  const [isInviting, setInviting] = useState(false);
  const [chosen, setChosen] = useState<Account | null>(null);
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage, isFetchNextPageError } = useInfiniteQuery(peopleQuery(search));
  const people = data?.pages.flatMap((page) => page.items) ?? [];
  const change = (changed: Partial<PeopleSearch>) => void navigate({ search: { ...search, ...changed }, replace: true });
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center gap-3">
        <h1 className="mr-auto">{t("people.title")}</h1>
        <Button kind="primary" onClick={() => setInviting(true)}><UserPlus aria-hidden className="size-4" />{t("people.invite")}</Button>
      </div>
      <search className="flex flex-wrap gap-2">
        <SearchField label={t("people.search")} value={search.q ?? ""} onChange={(q) => change({ q: q || undefined })} />
        <Select aria-label={t("people.role")} value={search.role ?? ""} onChange={({ target }) => change({ role: (target.value || undefined) as Role | undefined })}>
          <option value="">{t("people.role")}: {t("common.all")}</option>
          {ROLE.map((role) => <option key={role} value={role}>{t(`role.${role}`)}</option>)}
        </Select>
        <Select aria-label={t("people.status")} value={search.status ?? ""} onChange={({ target }) => change({ status: (target.value || undefined) as UserStatus | undefined })}>
          <option value="">{t("people.status")}: {t("common.all")}</option>
          {USER_STATUS.map((status) => <option key={status} value={status}>{t(`people.${status}`)}</option>)}
        </Select>
      </search>
      <Save kind="people" search={search} />
      {!data ? (error ? <Failure error={error} onRetry={() => void refetch()} /> : <Waiting />) : (
        <>
          {people.length === 0 ? <div className="card"><Nothing icon={Users} text={t("people.none")} /></div>
            : <ul className="card divide-y">{people.map((person) => <li key={person.id}><Row person={person} onOpen={() => setChosen(person)} /></li>)}</ul>}
          {error && <Failure error={error} onRetry={() => void (isFetchNextPageError ? fetchNextPage() : refetch())} />}
          {hasNextPage && <Button className="self-center" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>{t("sessions.more")}</Button>}
        </>
      )}
      {isInviting && <InviteDialog onClose={() => setInviting(false)} />}
      {chosen && <PersonDialog key={chosen.id} person={chosen} onClose={() => setChosen(null)} />}
    </div>
  );
}

function Row({ person, onOpen }: { person: Account; onOpen: () => void }) {
  const { t } = useTranslation();
  const { invitation, status } = person;
  const isExpired = invitation !== null && Date.parse(invitation.expires_at) <= Date.now();
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1 p-4">
      <Portrait person={person} className="size-10 text-sm" />
      <div className="min-w-0 flex-1 basis-52">
        <p dir="auto" className={`words font-semibold ${status === "disabled" ? "text-muted line-through" : ""}`}>{person.name}</p>
        <p className="words text-sm text-muted">{loginOf(person)}</p>
      </div>
      <div className="flex-1 text-sm sm:w-44 sm:flex-none">
        <p>{t(`role.${person.role}`)}</p>
        {status !== "active" && (
          <p className={isExpired || invitation?.asked_at ? "text-warn" : "text-muted"}>
            {!invitation ? t(`people.${status}`) : invitation.asked_at ? t("people.asked") : isExpired ? t("people.expired") : <>{t("people.invited_until")} <When date={invitation.expires_at} /></>}
          </p>
        )}
        {invitation?.mailed && <p className={invitation.mailed.outcome === "taken" ? "text-muted" : "text-warn"}>{t(invitation.mailed.outcome === "taken" ? "people.mailed" : "people.not_mailed")}</p>}
      </div>
      <Button onClick={onOpen} aria-label={t("people.edit_of", { name: person.name })}>{t("common.edit")}</Button>
    </div>
  );
}
