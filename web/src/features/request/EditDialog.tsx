// Corrects the report. What somebody else changed meanwhile is shown next to one's own words, to choose from.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, isCode } from "@/api/problem";
import type { RequestRecord } from "@/api/types";
import { ErrorWords, useFieldWords } from "@/app/ErrorWords";
import { useMe } from "@/app/session";
import { send } from "@/offline/queue";
import { FIELD_NAMES, changesOf, fieldOf, mergeReports, reportOf, sayValue, wrongWith, type FieldName } from "@/resources/request/fields";
import { FieldInput, controlled } from "@/resources/request/inputs";
import { applyToRequest } from "@/resources/request/live";
import { requestOptions } from "@/resources/request/queries";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { toast } from "@/ui/toast";

export function EditDialog({ record, onClose }: { record: RequestRecord; onClose: () => void }) {
  const { t } = useTranslation();
  const say = useFieldWords();
  const me = useMe();
  const client = useQueryClient();
  /** What one's own words are a correction of, and whether somebody else was quicker. */
  const [base, setBase] = useState(record);
  const [isContested, setContested] = useState(false);
  const [report, setReport] = useState(() => reportOf(record));
  const theirs = reportOf(base);
  const change = (name: FieldName, value: unknown) => setReport((now) => ({ ...now, [name]: value }));

  const saving = useMutation({
    mutationFn: () => {
      const seen = { version: base.version, basis: theirs };
      return send({ key: crypto.randomUUID(), user: me.id, kind: "edit", what: record.title, method: "PATCH", path: `/api/requests/${record.id}`, body: changesOf(theirs, report), seen });
    },
    onSuccess: (outcome) => {
      if (outcome === "queued") toast("done", t("new.queued"));
      else {
        const saved = outcome.answer as RequestRecord;
        client.setQueryData(requestOptions(record.id).queryKey, (view) => view && applyToRequest(view, { type: "ready", version: saved.version, request: saved }));
      }
      onClose();
    },
    onError: (error) => {
      const now = isCode(error, "stale") ? error.problem.record : null;
      if (!now) return;
      // What only they changed is taken over; what both changed is asked for.
      setReport((mine) => mergeReports(theirs, mine, reportOf(now)));
      setContested(true);
      setBase(now);
    },
  });
  const error = (name: FieldName) => {
    const [field, wrong] = [fieldOf(name), wrongWith(name, report[name])];
    // An empty title is the server's to refuse: it says so when it is sent.
    if (wrong === "common.too_long" && field.kind === "text") return t(wrong, { count: field.max });
    return saving.error instanceof ApiError ? say(saving.error.field(name)) : undefined;
  };
  const isTooLong = FIELD_NAMES.some((name) => wrongWith(name, report[name]) === "common.too_long");
  return (
    <Dialog title={t("request.edit")} onClose={onClose}>
      <form noValidate className="flex flex-col gap-4" onSubmit={(event) => { event.preventDefault(); if (!isTooLong) saving.mutate(); }}>
        {FIELD_NAMES.map((name) => (
          <div key={name}>
            <FieldInput name={name} error={error(name)} known={[reportOf(record)[name], theirs[name]]} input={controlled(name, report[name], (value) => change(name, value))} />
            {isContested && theirs[name] !== report[name] && (
              <div className="mt-2 flex items-start gap-2 rounded-lg bg-warn-soft p-2 text-sm text-warn">
                <span className="words min-w-0 flex-1">{sayValue(t, name, theirs[name])}</span>
                <button type="button" className="font-semibold underline" onClick={() => change(name, theirs[name])}>{t("conflict.theirs")}</button>
              </div>
            )}
          </div>
        ))}
        {saving.error && <ErrorWords error={saving.error} />}
        <div className="mt-2 flex justify-end gap-3">
          <Button onClick={onClose}>{t("common.back")}</Button>
          <Button type="submit" kind="primary" busy={saving.isPending}>{isContested ? t("conflict.mine") : t("common.save")}</Button>
        </div>
      </form>
    </Dialog>
  );
}
