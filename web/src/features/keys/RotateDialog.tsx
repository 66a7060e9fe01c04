// A new secret for a key; that of before holds beside it for a while.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { api, dataOf } from "@/api/client";
import { ErrorWords } from "@/app/ErrorWords";
import type { ApiKey } from "@/resources/key/queries";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Field } from "@/ui/Field";
import { Select } from "@/ui/Select";
import { isolated } from "@/ui/isolated";
import { length, localeOf } from "@/ui/time";
import { DaysField, USUAL_DAYS } from "./DaysField";
import { Secret } from "./Secret";

/** How long the secret of before may hold, in hours. */
const OVERLAPS = [0, 1, 24, 72, 168];
const HOUR_MS = 3_600_000;

export function RotateDialog({ known, onClose }: { known: ApiKey; onClose: () => void }) {
  const { t, language } = useTranslation();
  const client = useQueryClient();
  const [hours, setHours] = useState(24);
  const [days, setDays] = useState(USUAL_DAYS);
  const rotating = useMutation({
    mutationFn: () => dataOf(api.POST("/api/keys/{id}/rotate", { params: { path: { id: known.id } }, body: { overlap_hours: hours, days } })),
    onSettled: () => client.invalidateQueries({ queryKey: ["keys"] }),
  });
  if (rotating.data) return <Dialog title={t("keys.rotated")} onClose={onClose} hasWords><Secret text={rotating.data.secret} onClose={onClose} /></Dialog>;
  return (
    <Dialog title={t("keys.rotate_of", { name: isolated(known.name) })} onClose={onClose}>
      <form noValidate className="flex flex-col gap-4" onSubmit={(event) => { event.preventDefault(); rotating.mutate(); }}>
        <Field label={t("keys.overlap")} hint={t("keys.overlap_hint")}>
          {(props) => <Select {...props} autoFocus value={hours} onChange={({ target }) => setHours(Number(target.value))}>{OVERLAPS.map((hours) => <option key={hours} value={hours}>{hours === 0 ? t("keys.overlap_none") : length(localeOf(language), hours * HOUR_MS)}</option>)}</Select>}
        </Field>
        <DaysField value={days} onChange={setDays} />
        {rotating.error && <ErrorWords error={rotating.error} />}
        <div className="mt-2 flex justify-end gap-3">
          <Button onClick={onClose}>{t("common.back")}</Button>
          <Button type="submit" kind="primary" busy={rotating.isPending}>{t("keys.rotate")}</Button>
        </div>
      </form>
    </Dialog>
  );
}
