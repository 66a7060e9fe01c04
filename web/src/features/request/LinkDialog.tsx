// Says what this request is to another. What a merge does is said before it is done.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import type { RequestRecord, Summary } from "@/api/types";
import { isCode } from "@/api/problem";
import { ErrorWords } from "@/app/ErrorWords";
import { useMe } from "@/app/session";
import { hasChanged } from "@/resources/request/basis";
import { applyToRequest } from "@/resources/request/live";
import { linksOf, mayBeSaid, type LinkKind } from "@/resources/request/links";
import { briefOptions, link, requestOptions } from "@/resources/request/queries";
import { Button } from "@/ui/Button";
import { Dialog, submitOnCtrlEnter } from "@/ui/Dialog";
import { Field } from "@/ui/Field";
import { Select } from "@/ui/Select";
import { isolated } from "@/ui/isolated";
import { toast } from "@/ui/toast";
import { RequestPicker } from "./RequestPicker";
import { ChangedSince } from "./Since";

interface Props {
  /** The request as it was when this was opened. */
  seen: RequestRecord;
  record: RequestRecord;
  onClose: () => void;
}

export default function LinkDialog({ seen, record, onClose }: Props) {
  const { t } = useTranslation();
  const { role } = useMe();
  const client = useQueryClient();
  const kinds = mayBeSaid(record, role);
  const view = client.getQueryData(requestOptions(record.id).queryKey);
  const [kind, setKind] = useState<LinkKind>("relates");
  const [other, setOther] = useState<Summary | null>(null);
  const [key, setKey] = useState(() => crypto.randomUUID());
  const linking = useMutation({
    mutationFn: ({ id }: Summary) => link(record, kind, id, key),
    // Where it has changed unseen, what has comes into the dialog, and another press is another call.
    onError: (error) => {
      if (!isCode(error, "stale")) return;
      setKey(crypto.randomUUID());
      void client.invalidateQueries({ queryKey: requestOptions(record.id).queryKey });
    },
    onSuccess: (now, { id }) => {
      client.setQueryData(requestOptions(record.id).queryKey, (known) => known && applyToRequest(known, { type: "ready", version: now.version, request: now }));
      void client.invalidateQueries({ queryKey: requestOptions(record.id).queryKey });
      void client.invalidateQueries({ queryKey: briefOptions(id).queryKey });
      toast("done", t(kind === "duplicate_of" ? "linking.merged" : "linking.linked"));
      onClose();
    },
  });
  /** Something else is said: that is another call. */
  const change = () => { setKey(crypto.randomUUID()); linking.reset(); };
  const isMerge = kind === "duplicate_of";
  const numbers = { number: record.number ?? t("request.new_number"), other: other?.number ?? t("linking.the_other"), name: isolated(record.requester.name) };
  // A merge does not count what is linked already; of other links there is one for each pair.
  const without = [record.id, ...linksOf(record).filter((known) => known.kind === kind).map((known) => known.other)];
  return (
    <Dialog title={t("linking.make_of", { number: numbers.number })} hasWords={other !== null} onClose={onClose}>
      {!linking.isPending && view && hasChanged(seen, record) && <ChangedSince seen={seen} view={view} />}
      <form className="flex flex-col gap-4" onKeyDown={submitOnCtrlEnter} onSubmit={(event) => { event.preventDefault(); if (other) linking.mutate(other); }}>
        <Field label={t("linking.kind")}>
          {({ id }) => (
            <Select id={id} value={kind} onChange={({ target }) => { setKind(target.value as LinkKind); change(); }}>
              {kinds.map((kind) => <option key={kind} value={kind}>{t(`link.${kind}`)}</option>)}
            </Select>
          )}
        </Field>
        <Field label={t("linking.other")} hint={t("linking.other_hint")}>{({ id }) => <RequestPicker id={id} chosen={other} without={without} onPick={(picked) => { setOther(picked); change(); }} />}</Field>
        {isMerge && <p role="status" className="rounded-lg bg-warn-soft p-3 text-sm">{t("linking.merge_hint", numbers)}</p>}
        {linking.error && <ErrorWords error={linking.error} />}
        <div className="mt-2 flex justify-end gap-3">
          <Button onClick={onClose}>{t("common.back")}</Button>
          <Button type="submit" kind={isMerge ? "danger" : "primary"} busy={linking.isPending} disabled={other === null}>{t(isMerge ? "linking.merge" : "linking.do")}</Button>
        </div>
      </form>
    </Dialog>
  );
}
