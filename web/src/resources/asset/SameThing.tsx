// While somebody reports: what is open already about the same thing, or at the same place, how old it is, and what was done there last.
// Theirs is a new one unless they say otherwise: the button that sends the report is the larger one.
import { queryOptions, useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { History, ShieldAlert } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { api, dataOf } from "@/api/client";
import { seesInternal, type RequestsQuery, type Status, type Summary } from "@/api/types";
import { ErrorWords } from "@/app/ErrorWords";
import { useMe } from "@/app/session";
import { StatusMark } from "@/resources/request/marks";
import { Button } from "@/ui/Button";
import { When } from "@/ui/time";
import { toast } from "@/ui/toast";
import { assetOptions, isOutOfWarranty } from "./queries";

const OPEN: Status[] = ["submitted", "approved", "assigned", "in_progress", "on_hold"];
const DONE: Status[] = ["completed", "closed"];
const MOST = 3;

const about = (query: RequestsQuery) =>
  queryOptions({
    queryKey: ["requests", "about", query],
    queryFn: ({ signal }) => dataOf(api.GET("/api/requests", { params: { query: { ...query, limit: MOST } }, signal })),
    staleTime: 10_000,
    retry: false,
  });

export default function SameThing({ about: { asset, location }, onSame }: { about: { asset?: string; location?: string }; onSame: () => void }) {
  const { t } = useTranslation();
  const [isNew, setNew] = useState(false);
  const which = asset ? { asset } : { location };
  const open = useQuery(about({ ...which, status: OPEN, sort: "-created" })).data?.items ?? [];
  const done = useQuery({ ...about({ ...which, status: DONE, sort: "-updated" }), enabled: !!asset }).data?.items ?? [];
  const thing = useQuery({ ...assetOptions(asset ?? ""), enabled: !!asset }).data;
  const isOld = thing !== undefined && isOutOfWarranty(thing);
  if ((open.length === 0 || isNew) && done.length === 0 && !isOld) return null;
  return (
    <section aria-label={t("same.title")} className="rounded-lg bg-sunken p-4 text-sm">
      {isOld && <p className="mb-2 flex items-center gap-2 text-warn"><ShieldAlert aria-hidden className="size-4 shrink-0" />{t("assets.out_of_warranty_since", { date: thing.warranty_until })}</p>}
      {open.length > 0 && !isNew && (
        <>
          <h2 className="mb-2 text-base">{t(asset ? "same.thing" : "same.place")}</h2>
          <ul className="flex flex-col gap-3">{open.map((request) => <li key={request.id}><Candidate request={request} onSame={onSame} /></li>)}</ul>
          <Button kind="primary" className="mt-3 w-full" onClick={() => setNew(true)}>{t("same.new")}</Button>
        </>
      )}
      {done.length > 0 && (
        <>
          <h2 className="mt-3 mb-1 text-sm font-semibold first:mt-0">{t("same.last")}</h2>
          <ul className="flex flex-col gap-1 text-muted">{done.map(({ id, title, updated_at }) => <li key={id} className="flex gap-2"><History aria-hidden className="mt-0.5 size-4 shrink-0" /><span dir="auto" className="words">{title} · <When date={updated_at} /></span></li>)}</ul>
        </>
      )}
    </section>
  );
}

function Candidate({ request, onSame }: { request: Summary; onSame: () => void }) {
  const { t } = useTranslation();
  const { role } = useMe();
  const navigate = useNavigate();
  const joining = useMutation({
    // Requesters are told of their own requests anyway, and see no others.
    mutationFn: async () => { if (seesInternal(role)) await dataOf(api.PUT("/api/me/watched/{id}", { params: { path: { id: request.id } }, body: { watching: true } })); },
    onSuccess: async () => {
      onSame();
      toast("done", t("same.joined"));
      await navigate({ to: "/requests/$id", params: { id: request.id } });
    },
  });
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
      <div className="min-w-0 flex-1 basis-52">
        <p dir="auto" className="words font-semibold">{request.title}</p>
        <p className="mt-1 flex flex-wrap items-center gap-2 text-muted"><StatusMark status={request.status} /><span className="tabular-nums">{request.number}</span><When date={request.created_at} /></p>
      </div>
      <Button busy={joining.isPending} onClick={() => joining.mutate()}>{t("same.same")}</Button>
      {joining.error && <ErrorWords error={joining.error} />}
    </div>
  );
}
