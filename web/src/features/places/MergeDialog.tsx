// Two places that are one: what is in this one, its things and its requests become the other's.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { ErrorWords } from "@/app/ErrorWords";
import NamedPicker from "@/resources/place/NamedPicker";
import { mergePlaces, placesChanged, type Place } from "@/resources/place/queries";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Field } from "@/ui/Field";
import { isolated } from "@/ui/isolated";

export function MergeDialog({ place, onClose, onDone }: { place: Place; onClose: () => void; onDone: (into: Place) => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [into, setInto] = useState("");
  const merging = useMutation({
    mutationFn: () => mergePlaces(place, into),
    onSuccess: async (stays) => {
      await placesChanged(client);
      onDone(stays);
    },
  });
  return (
    <Dialog title={t("places.merge_of", { name: isolated(place.name) })} hasWords={into !== ""} onClose={onClose}>
      <form className="flex flex-col gap-4" onSubmit={(event) => { event.preventDefault(); if (into !== "") merging.mutate(); }}>
        <p className="text-sm text-muted">{t("places.merge_hint")}</p>
        <Field label={t("places.into")}>{({ id }) => <NamedPicker id={id} noun="location" value={into} without={[place.id]} autoFocus onPick={(thing) => setInto(thing?.id ?? "")} />}</Field>
        {merging.error && <ErrorWords error={merging.error} />}
        <div className="mt-2 flex justify-end gap-3">
          <Button onClick={onClose}>{t("common.back")}</Button>
          <Button type="submit" kind="danger" busy={merging.isPending} disabled={into === ""}>{t("places.merge_submit")}</Button>
        </div>
      </form>
    </Dialog>
  );
}
