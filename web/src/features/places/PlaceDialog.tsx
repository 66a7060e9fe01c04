// Makes a place, or changes one: what it is called, where it is, who looks after it, and whether it may still be named.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { ApiError, isCode } from "@/api/problem";
import { ErrorWords, useFieldWords } from "@/app/ErrorWords";
import NamedPicker from "@/resources/place/NamedPicker";
import { RemoveThing } from "@/resources/place/RemoveThing";
import { changePlace, makePlace, placeOptions, placesChanged, type Place, type PlaceBody } from "@/resources/place/queries";
import { remember } from "@/resources/request/named";
import { usersOptions } from "@/resources/user/queries";
import { Button } from "@/ui/Button";
import { Dialog, submitOnCtrlEnter } from "@/ui/Dialog";
import { Field } from "@/ui/Field";
import { Select } from "@/ui/Select";

const TEXTS = ["name", "kind", "code", "address", "time_zone"] as const;
type Values = Required<{ [Name in (typeof TEXTS)[number] | "parent_id" | "manager_id"]: string }>;

const valuesOf = (place?: Place, parent?: Place): Values => ({
  name: place?.name ?? "", kind: place?.kind ?? "", code: place?.code ?? "", address: place?.address ?? "", time_zone: place?.time_zone ?? "",
  parent_id: (place ? place.parent_id : parent?.id) ?? "", manager_id: place?.manager?.id ?? "",
});

interface Props { place?: Place; parent?: Place; onClose: () => void; onDone: (place: Place) => void }

export function PlaceDialog({ place, parent, onClose, onDone }: Props) {
  const { t } = useTranslation();
  const say = useFieldWords();
  const client = useQueryClient();
  const users = useQuery(usersOptions());
  const [base] = useState(() => {
    // The picker says what it is called.
    const around = place?.path.at(-1) && { ...place.path.at(-1)!, path: place.path.slice(0, -1) };
    remember(around ?? parent);
    return valuesOf(place, parent);
  });
  const [values, setValues] = useState(base);
  const [key] = useState(() => crypto.randomUUID());
  const set = (changed: Partial<Values>) => setValues((before) => ({ ...before, ...changed }));
  const changed = Object.fromEntries(Object.entries(values).filter(([name, value]) => value.trim() !== base[name as keyof Values])) as PlaceBody;
  const saving = useMutation({
    mutationFn: (body: PlaceBody) => (place ? changePlace(place, body) : makePlace({ ...changed, ...(values.parent_id && { parent_id: values.parent_id }), ...body }, key)),
    onSuccess: async (saved) => {
      await placesChanged(client);
      onDone(saved);
    },
    // Somebody was quicker: what they made of it is asked for, and what is written here stays.
    onError: (error) => void (isCode(error, "stale") && place && client.invalidateQueries({ queryKey: placeOptions(place.id).queryKey })),
  });
  const error = (name: string) => (saving.error instanceof ApiError ? say(saving.error.field(name)) : undefined);
  const hasWords = Object.keys(changed).length > 0;
  return (
    <Dialog title={t(place ? "places.edit" : "places.make")} hasWords={hasWords} onClose={onClose}>
      <form noValidate onKeyDown={submitOnCtrlEnter} className="flex flex-col gap-4" onSubmit={(event) => { event.preventDefault(); if (hasWords) saving.mutate(changed); else onClose(); }}>
        {TEXTS.map((name) => (
          <Field key={name} label={t(`places.${name}`)} hint={name === "kind" ? t("places.kind_hint") : undefined} error={error(name)}>
            {(props) => <input {...props} value={values[name]} autoFocus={name === "name"} required={name === "name"} autoComplete="off" onChange={({ target }) => set({ [name]: target.value })} className="field" />}
          </Field>
        ))}
        <Field label={t("places.parent")} error={error("parent_id")}>
          {({ id }) => <NamedPicker id={id} noun="location" value={values.parent_id} without={place ? [place.id] : []} onPick={(thing) => set({ parent_id: thing?.id ?? "" })} />}
        </Field>
        <Field label={t("places.manager")} error={error("manager_id")}>
          {(props) => (
            <Select {...props} value={values.manager_id} onChange={({ target }) => set({ manager_id: target.value })}>
              <option value="">{t("common.nobody")}</option>
              {users.data?.items.filter(({ role }) => role !== "requester").map((user) => <option key={user.id} value={user.id}>{user.name}</option>)}
            </Select>
          )}
        </Field>
        {saving.error && <ErrorWords error={saving.error} />}
        <div className="mt-2 flex flex-wrap justify-end gap-3">
          {place && (
            <span className="-ml-4 mr-auto flex flex-wrap">
              <Button kind="quiet" busy={saving.isPending} onClick={() => saving.mutate({ archived: !place.archived })}>{t(place.archived ? "places.restore" : "places.archive")}</Button>
              <RemoveThing noun="locations" thing={place} />
            </span>
          )}
          <Button onClick={onClose}>{t("common.back")}</Button>
          <Button type="submit" kind="primary" busy={saving.isPending} disabled={values.name.trim() === ""}>{t("common.save")}</Button>
        </div>
      </form>
    </Dialog>
  );
}
