// What was sent to whom and what became of it; what is stuck can be tried again or given up.
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Mail, RotateCw, Smartphone } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { api, dataOf } from "@/api/client";
import type { Schema } from "@/api/types";
import { DELIVERY_STATE } from "@/api/words";
import { toastError } from "@/app/ErrorWords";
import { Button } from "@/ui/Button";
import { Select } from "@/ui/Select";
import { When } from "@/ui/time";
import { toast } from "@/ui/toast";
import { Card } from "./Card";
import { DELIVERIES, deliveriesQuery, type State } from "./deliveries";
import { Failure, Nothing, Waiting } from "./states";

const STATES: readonly (State | undefined)[] = [undefined, ...DELIVERY_STATE];
const LOOKS: Record<State, string> = { waiting: "text-muted", sent: "text-accent-text", refused: "text-danger", parked: "text-warn", dropped: "text-muted" };

export function DeliveriesCard() {
  const { t } = useTranslation();
  const [state, setState] = useState<State>();
  const { data, error, refetch, isFetching, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(deliveriesQuery(state));
  const items = data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Card title={t("deliveries.title")}>
      <p className="mb-3 text-sm text-muted">{t("deliveries.hint")}</p>
      <div className="mb-3 flex flex-wrap items-end gap-3">
        <label className="flex flex-col gap-1 text-sm font-semibold">
          {t("deliveries.state")}
          <Select value={state ?? ""} onChange={({ target }) => setState((target.value || undefined) as State | undefined)}>
            {STATES.map((one) => <option key={one ?? ""} value={one ?? ""}>{t(one ? `deliveries.is_${one}` : "common.all")}</option>)}
          </Select>
        </label>
        <Button busy={isFetching} onClick={() => void refetch()}><RotateCw aria-hidden className="size-4" />{t("deliveries.refresh")}</Button>
      </div>
      {!data ? (error ? <Failure error={error} onRetry={() => void refetch()} /> : <Waiting rows={4} />) : items.length === 0 ? <Nothing icon={Mail} text={t("deliveries.none")} /> : (
        <ul className="divide-y">{items.map((item) => <Row key={item.id} item={item} />)}</ul>
      )}
      {hasNextPage && <Button className="mt-3" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>{t("deliveries.more")}</Button>}
    </Card>
  );
}

function Row({ item }: { item: Schema<"DeliveryRow"> }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { id, user, channel, kind, state, tries, last, number, request, created_at } = item;
  const ordering = useMutation({
    mutationFn: (what: "resend" | "give-up") => dataOf(what === "resend" ? api.POST("/api/system/mail/deliveries/{id}/resend", { params: { path: { id } } }) : api.POST("/api/system/mail/deliveries/{id}/give-up", { params: { path: { id } } })),
    onSuccess: (_, what) => toast("done", t(what === "resend" ? "deliveries.resent" : "deliveries.given_up")),
    onError: toastError,
    onSettled: () => client.invalidateQueries({ queryKey: DELIVERIES }),
  });
  const isStuck = state === "refused" || state === "parked";
  const Icon = channel === "mail" ? Mail : Smartphone;
  return (
    <li className="flex flex-wrap items-start gap-x-3 gap-y-2 py-3 text-sm">
      <Icon role="img" aria-label={t(`deliveries.by_${channel}`)} className="mt-0.5 size-4 shrink-0 text-muted" />
      <div className="min-w-0 flex-1 basis-0">
        <p className="words"><bdi className="font-semibold">{user.name}</bdi> · {t(`inbox.kind_${kind}`, { defaultValue: kind })}{request && <> · <Link to="/requests/$id" params={{ id: request }} className="font-semibold text-accent-text tabular-nums underline">{number ?? t("request.new_number")}</Link></>}</p>
        <p className="text-xs text-muted"><When date={created_at} />{tries > 0 && ` · ${t("deliveries.tries", { count: tries })}`}{last && tries > 1 && <> · {t("deliveries.last")} <When date={last.at} /></>}</p>
        {last && state !== "sent" && <p className="words mt-1 text-xs text-muted">{[last.code, last.words].filter(Boolean).join(" ")}</p>}
      </div>
      <span className={`shrink-0 font-semibold ${LOOKS[state]}`}>{t(`deliveries.is_${state}`)}</span>
      {isStuck && (
        <div className="flex basis-full gap-2 pl-7">
          <Button busy={ordering.isPending} aria-label={`${t("deliveries.resend")}: ${user.name}`} onClick={() => ordering.mutate("resend")}>{t("deliveries.resend")}</Button>
          <Button kind="quiet" busy={ordering.isPending} aria-label={`${t("deliveries.give_up")}: ${user.name}`} onClick={() => ordering.mutate("give-up")}>{t("deliveries.give_up")}</Button>
        </div>
      )}
    </li>
  );
}
