// Corrects the report. What somebody else changed meanwhile is shown next to one's own words, to choose from.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { ApiError, isCode } from "@/api/problem";
import type { RequestRecord } from "@/api/types";
import { ErrorWords, useFieldWords } from "@/app/ErrorWords";
import { useMe } from "@/app/session";
import { useDraft } from "@/drafts/useDraft";
import { send } from "@/offline/queue";
import { FIELD_NAMES, changesOf, fieldOf, isAsked, mergeReports, reportOf, sayValue, wrongWith, type FieldName, type Report } from "@/resources/request/fields";
import { FieldInput, controlled } from "@/resources/request/inputs";
import { applyToRequest } from "@/resources/request/live";
import { requestOptions } from "@/resources/request/queries";
import { Button } from "@/ui/Button";
import { Dialog, submitOnCtrlEnter } from "@/ui/Dialog";
import { toast } from "@/ui/toast";

/** One's own words, and the version and the words of the report that they are a correction of. */
interface Correction { report: Report; base: Report; version: number }

const isSame = (some: Report, other: Report) => FIELD_NAMES.every((name) => some[name] === other[name]);

/** `record` is what was on the page when this was opened, `now` what is. */
export function EditDialog({ record, now, onClose }: { record: RequestRecord; now: RequestRecord; onClose: () => void }) {
  const { t } = useTranslation();
  const say = useFieldWords();
  const me = useMe();
  const client = useQueryClient();
  const draft = useDraft<Correction>(`edit:${record.id}`, { report: reportOf(record), base: reportOf(record), version: record.version });
  const { report, base, version } = draft.values;
  const [isContested, setContested] = useState(false);
  const change = (name: FieldName, value: unknown) => draft.change({ report: { ...report, [name]: value } });
  const current = reportOf(now);
  /** What only they changed is taken over; what both changed is asked for. */
  const contest = (theirs: Report, version: number) => {
    draft.change({ report: mergeReports(base, report, theirs), base: theirs, version });
    setContested(true);
  };

  const saving = useMutation({
    mutationFn: () => {
      const body = changesOf(base, report);
      return send({ key: draft.seal(body), user: me.id, kind: "edit", what: record.title, method: "PATCH", path: `/api/requests/${record.id}`, body, seen: { version, basis: base } }, draft.drop);
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
      // Nothing that was written is lost; whoever was signed out has it waiting on the device.
      if (!isCode(error, "unauthenticated")) draft.change({ report, base, version });
      const theirs = isCode(error, "stale") ? error.problem.record : null;
      if (theirs) contest(reportOf(theirs), theirs.version);
    },
  });
  const submit = () => {
    if (isTooLong || saving.isPending) return;
    if (!isSame(current, base)) contest(current, now.version);
    else saving.mutate();
  };
  const error = (name: FieldName) => {
    const [field, wrong] = [fieldOf(name), wrongWith(name, report[name])];
    // An empty title is the server's to refuse: it says so when it is sent.
    if (wrong === "common.too_long" && field.kind === "text") return t(wrong, { count: field.max });
    return saving.error instanceof ApiError ? say(saving.error.field(name)) : undefined;
  };
  const isTooLong = FIELD_NAMES.some((name) => wrongWith(name, report[name]) === "common.too_long");
  const discard = () => {
    draft.drop();
    onClose();
  };
  return (
    <Dialog title={t("request.edit")} hasWords={draft.hasWords} onClose={onClose}>
      <form noValidate onKeyDown={submitOnCtrlEnter} className="flex flex-col gap-4" onSubmit={(event) => { event.preventDefault(); submit(); }}>
        {(isContested || (!saving.isPending && !isSame(current, base))) && <p role="alert" className="rounded-lg bg-warn-soft p-3 text-sm text-warn"><b>{t("conflict.title")}.</b> {t(isContested ? "conflict.choose" : "conflict.before_saving")}</p>}
        {FIELD_NAMES.filter((name) => isAsked(name, (other) => report[other])).map((name) => (
          <div key={name}>
            <FieldInput name={name} error={error(name)} known={[reportOf(record)[name], base[name], report[name]]} input={controlled(name, report[name], (value) => change(name, value), (changed) => draft.change({ report: { ...report, ...changed } }))} />
            {isContested && base[name] !== report[name] && (
              <div className="mt-2 flex items-start gap-2 rounded-lg bg-warn-soft p-2 text-sm text-warn">
                <span dir="auto" className="words min-w-0 flex-1">{sayValue(t, name, base[name])}</span>
                <button type="button" className="font-semibold underline" onClick={() => change(name, base[name])}>{t("conflict.theirs")}</button>
              </div>
            )}
          </div>
        ))}
        {saving.error && !isCode(saving.error, "stale") && <ErrorWords error={saving.error} />}
        <div className="mt-2 flex flex-wrap justify-end gap-3">
          {draft.hasWords && <Button kind="quiet" className="mr-auto" onClick={discard}>{t("draft.discard")}</Button>}
          <Button onClick={onClose}>{t("common.back")}</Button>
          <Button type="submit" kind="primary" busy={saving.isPending}>{isContested ? t("conflict.mine") : t("common.save")}</Button>
        </div>
      </form>
    </Dialog>
  );
}
