// Corrects the report. What somebody else changed meanwhile is shown next to one's own words, to choose from.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, dataOf, etag } from "@/api/client";
import { LIMITS, isTooLong } from "@/api/limits";
import { ApiError, isCode } from "@/api/problem";
import { PRIORITIES, type Priority, type RequestRecord } from "@/api/types";
import { ErrorWords } from "@/app/ErrorWords";
import { CATEGORIES, useCategoryName } from "@/requests/categories";
import { applyToRequest } from "@/requests/live";
import { requestOptions } from "@/requests/queries";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Field } from "@/ui/Field";
import { Select } from "@/ui/Select";

const NAMES = ["title", "category", "priority", "description"] as const;
type Report = Pick<RequestRecord, (typeof NAMES)[number]>;

export function EditDialog({ record, onClose }: { record: RequestRecord; onClose: () => void }) {
  const { t } = useTranslation();
  const nameOf = useCategoryName();
  const client = useQueryClient();
  const [base, setBase] = useState(record);
  const [report, setReport] = useState<Report>({ title: record.title, category: record.category, priority: record.priority, description: record.description });
  const [theirs, setTheirs] = useState<RequestRecord | null>(null);
  const change = (changed: Partial<Report>) => setReport((now) => ({ ...now, ...changed }));

  const saving = useMutation({
    mutationFn: () => {
      const body = Object.fromEntries(NAMES.filter((name) => report[name] !== base[name]).map((name) => [name, report[name]]));
      return dataOf(api.PATCH("/api/requests/{id}", { params: { path: { id: record.id } }, headers: { "if-match": etag(base.version), "idempotency-key": crypto.randomUUID() }, body }));
    },
    onSuccess: (saved) => {
      client.setQueryData(requestOptions(record.id).queryKey, (view) => view && applyToRequest(view, { type: "ready", version: saved.version, request: saved }));
      onClose();
    },
    onError: (error) => {
      if (!isCode(error, "stale") || !error.problem.record) return;
      const now = error.problem.record;
      // What only they changed is taken over; what both changed is asked for.
      for (const name of NAMES) if (report[name] === base[name]) change({ [name]: now[name] });
      setTheirs(now);
      setBase(now);
    },
  });
  const differs = (name: (typeof NAMES)[number]) => theirs !== null && theirs[name] !== report[name];
  const isLong = (name: "title" | "description") => isTooLong(report[name], LIMITS[name]);
  const error = (name: "title" | "description") =>
    isLong(name) ? t("common.too_long", { count: LIMITS[name] }) : saving.error instanceof ApiError ? saving.error.field(name)?.detail : undefined;
  const Theirs = ({ name }: { name: (typeof NAMES)[number] }) =>
    differs(name) ? (
      <div className="mt-2 flex items-start gap-2 rounded-lg bg-warn-soft p-2 text-sm text-warn">
        <span className="words min-w-0 flex-1">{name === "priority" ? t(`priority.${theirs!.priority}`) : name === "category" ? nameOf(theirs!.category) : theirs![name]}</span>
        <button type="button" className="font-semibold underline" onClick={() => change({ [name]: theirs![name] })}>{t("conflict.theirs")}</button>
      </div>
    ) : null;
  return (
    <Dialog title={t("request.edit")} onClose={onClose}>
      <form noValidate className="flex flex-col gap-4" onSubmit={(event) => { event.preventDefault(); if (!isLong("title") && !isLong("description")) saving.mutate(); }}>
        <div><Field label={t("new.what")} error={error("title")}>{(props) => <input {...props} className="field" value={report.title} onChange={({ target }) => change({ title: target.value })} />}</Field><Theirs name="title" /></div>
        <div><Field label={t("new.category")}>
          {(props) => (
            <Select {...props} value={report.category} onChange={({ target }) => change({ category: target.value })}>
              {[...new Set([record.category, ...CATEGORIES])].map((category) => <option key={category} value={category}>{nameOf(category)}</option>)}
            </Select>
          )}
        </Field><Theirs name="category" /></div>
        <div><Field label={t("list.priority")}>
          {(props) => (
            <Select {...props} value={report.priority} onChange={({ target }) => change({ priority: target.value as Priority })}>
              {PRIORITIES.map((priority) => <option key={priority} value={priority}>{t(`priority.${priority}`)}</option>)}
            </Select>
          )}
        </Field><Theirs name="priority" /></div>
        <div><Field label={t("new.description")} error={error("description")}>{(props) => <textarea {...props} rows={4} className="field" value={report.description} onChange={({ target }) => change({ description: target.value })} />}</Field><Theirs name="description" /></div>
        {saving.error && <ErrorWords error={saving.error} />}
        <div className="mt-2 flex justify-end gap-3">
          <Button onClick={onClose}>{t("common.back")}</Button>
          <Button type="submit" kind="primary" busy={saving.isPending}>{theirs ? t("conflict.mine") : t("common.save")}</Button>
        </div>
      </form>
    </Dialog>
  );
}
