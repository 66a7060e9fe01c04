import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { isCode } from "@/api/problem";
import type { Action, RequestRecord, Schema } from "@/api/types";
import { toastError } from "@/app/ErrorWords";
import { useMe } from "@/app/session";
import { send } from "@/offline/queue";
import { applyToRequest, type RequestView } from "@/resources/request/live";
import { basisOf } from "@/resources/request/basis";
import { requestOptions } from "@/resources/request/queries";
import { toast } from "@/ui/toast";

export interface Wish { action: Action; body: Schema<"ActionBody"> }

/** A wish that met another state than the one it was made in. */
export interface Conflict { wish: Wish; seen: RequestRecord; now: RequestRecord }

/** One step of the request, made in the state that is on the screen: whatever came in between is shown before it counts. */
export function useAct(view: RequestView) {
  const { t } = useTranslation();
  const me = useMe();
  const client = useQueryClient();
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const seen = useRef(view.record);
  seen.current = view.record;
  const { id } = view.record;
  const { queryKey } = requestOptions(id);
  const take = (record: RequestRecord) => client.setQueryData(queryKey, (known) => known && applyToRequest(known, { type: "ready", version: record.version, request: record }));

  const mutation = useMutation({
    mutationFn: async ({ action, body }: Wish) => {
      const record = seen.current;
      try {
        return await send({ key: crypto.randomUUID(), user: me.id, kind: "action", what: `${t(`action.${action}`)}: ${record.title}`, path: `/api/requests/${id}/${action}`, body, seen: { version: record.version, basis: basisOf(record) } });
      } catch (error) {
        const now = isCode(error, "stale", "invalid_transition", "already_assigned") ? error.problem.record : null;
        if (!now) throw error;
        setConflict({ wish: { action, body }, seen: record, now });
        take(now);
        return null;
      }
    },
    onSuccess: (outcome) => {
      if (outcome === "queued") toast("done", t("new.queued"));
      else if (outcome !== null) take(outcome.answer as RequestRecord);
    },
    onError: toastError,
    // The live connection brings the event at once; without it, it is asked for.
    onSettled: () => setTimeout(() => void client.invalidateQueries({ queryKey }), 1_000),
  });
  return { ...mutation, conflict, settle: () => setConflict(null) };
}
