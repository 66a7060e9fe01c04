// That a thing stands still, on the page of the request that says so; whoever does the work says when it runs again.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { OctagonX } from "lucide-react";
import { useId, useState } from "react";
import { useTranslation } from "@/i18n";
import { seesInternal, type RequestRecord } from "@/api/types";
import { ErrorWords } from "@/app/ErrorWords";
import { useMe } from "@/app/session";
import { send } from "@/offline/queue";
import { applyToRequest } from "@/resources/request/live";
import { requestOptions } from "@/resources/request/queries";
import { Button } from "@/ui/Button";
import { When, exact, zoneOf } from "@/ui/time";
import { TimeInput } from "@/ui/TimeInput";
import { toast } from "@/ui/toast";

export default function StandsStill({ record }: { record: RequestRecord }) {
  const { t, language } = useTranslation();
  const me = useMe();
  const client = useQueryClient();
  const id = useId();
  const [until, setUntil] = useState<string>();
  const [key] = useState(() => crypto.randomUUID());
  const ending = useMutation({
    mutationFn: (down_until: string) => send({ key: `${key}:${down_until}`, user: me.id, kind: "edit", what: record.title, method: "PATCH", path: `/api/requests/${record.id}`, body: { down_until } }),
    onSuccess: (outcome) => {
      if (outcome === "queued") return toast("done", t("new.queued"));
      const saved = outcome.answer as RequestRecord;
      client.setQueryData(requestOptions(record.id).queryKey, (view) => view && applyToRequest(view, { type: "ready", version: saved.version, request: saved }));
      void client.invalidateQueries({ queryKey: ["asset"] });
    },
  });
  const since = record.down_since!;
  return (
    <section aria-label={t("downtime.title")} className="mb-5 flex flex-col gap-3 rounded-lg bg-danger-soft p-4 text-sm">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <p className="flex min-w-0 flex-1 basis-60 items-start gap-2 text-danger"><OctagonX aria-hidden className="mt-0.5 size-4 shrink-0" /><span className="words"><b>{t("downtime.since", { time: exact(language, since, zoneOf()) })}</b> (<When date={since} />)</span></p>
        {until === undefined && (record.may_edit || seesInternal(me.role)) && <Button onClick={() => setUntil(new Date().toISOString())}>{t("downtime.runs")}</Button>}
      </div>
      {until !== undefined && (
        <form noValidate className="flex flex-wrap items-end gap-2" onSubmit={(event) => { event.preventDefault(); ending.mutate(until); }}>
          <div><label htmlFor={id} className="mb-1.5 block font-semibold">{t("request.down_until")}</label><TimeInput id={id} autoFocus value={until} onChange={setUntil} /></div>
          <Button type="submit" kind="primary" busy={ending.isPending}>{t("common.save")}</Button>
          <Button onClick={() => setUntil(undefined)}>{t("common.back")}</Button>
        </form>
      )}
      {ending.error && <ErrorWords error={ending.error} />}
    </section>
  );
}
