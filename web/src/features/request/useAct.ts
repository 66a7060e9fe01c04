import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { isCode } from "@/api/problem";
import type { Action, Person, RequestRecord, Schema } from "@/api/types";
import { toastError } from "@/app/ErrorWords";
import { useMe } from "@/app/session";
import { send } from "@/offline/queue";
import { applyToRequest, type RequestView } from "@/resources/request/live";
import { basisOf, isSameBasis } from "@/resources/request/basis";
import { requestOptions } from "@/resources/request/queries";
import { toast } from "@/ui/toast";

/** A step, as it is wanted by somebody who saw the request as in `seen`. */
export interface Wish {
  action: Action;
  body: Schema<"ActionBody">;
  seen: RequestRecord;
  /** Of the draft that its words were written in. */
  key?: string;
  /** Who gets the work. */
  assignee?: Person;
  /** Its words are kept on the device, to be sent. */
  onKept?: () => void;
  /** It was refused, and whoever wrote its words goes on with them. */
  onRefused?: () => void;
}

/** A wish that met another state than the one it was made in. */
export interface Conflict { wish: Wish; now: RequestRecord }

/** One step of the request, made in the state that was seen: whatever came in between is shown before it counts. */
export function useAct(view: RequestView) {
  const { t } = useTranslation();
  const me = useMe();
  const client = useQueryClient();
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const { id } = view.record;
  const { queryKey } = requestOptions(id);
  const take = (record: RequestRecord) => client.setQueryData(queryKey, (known) => known && applyToRequest(known, { type: "ready", version: record.version, request: record }));

  const mutation = useMutation({
    mutationFn: async (wish: Wish) => {
      const { action, body, seen, key, assignee, onKept, onRefused } = wish;
      // The page knows more than the person who pressed: that is asked about before anything is sent.
      if (!isSameBasis(basisOf(seen), view.record)) {
        setConflict({ wish, now: view.record });
        return null;
      }
      const change = { kind: "action", what: `${t(`action.${action}`)}: ${seen.title}`, path: `/api/requests/${id}/${action}`, body, assignee, seen: { version: seen.version, basis: basisOf(seen) } } as const;
      try {
        return await send({ ...change, key: key ?? crypto.randomUUID(), user: me.id }, onKept);
      } catch (error) {
        // Whoever was signed out has it waiting on the device.
        if (!isCode(error, "unauthenticated")) onRefused?.();
        const now = isCode(error, "stale", "invalid_transition", "already_assigned") ? error.problem.record : null;
        if (!now) throw error;
        setConflict({ wish, now });
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
