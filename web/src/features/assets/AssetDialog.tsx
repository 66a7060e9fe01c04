// Makes an asset, or changes one.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useTranslation } from "@/i18n";
import { ApiError, isCode } from "@/api/problem";
import { ASSET_STATUS } from "@/api/words";
import { ErrorWords, useFieldWords } from "@/app/ErrorWords";
import { assetCategoriesOptions } from "@/resources/asset/fields";
import { fieldsOf, ownOf, toOwn, type OwnField } from "@/resources/asset/own";
import { assetOptions, assetsChanged, changeAsset, makeAsset, type Asset, type AssetBody } from "@/resources/asset/queries";
import NamedPicker from "@/resources/place/NamedPicker";
import { RemoveThing } from "@/resources/place/RemoveThing";
import { remember } from "@/resources/request/named";
import { Button } from "@/ui/Button";
import { Dialog, submitOnCtrlEnter } from "@/ui/Dialog";
import { Field } from "@/ui/Field";
import { Select } from "@/ui/Select";
import { AskedFields } from "./AskedFields";
import { OwnFields } from "./OwnFields";

const TEXTS = ["name", "code", "category", "maker", "model", "serial", "bought", "warranty_until", "cost", "notes"] as const;
type Name = (typeof TEXTS)[number] | "location_id" | "parent_id" | "status" | "status_reason";
type Values = { [Key in Name]: string };

const valuesOf = (asset?: Asset, parent?: Asset): Values => ({
  ...(Object.fromEntries(TEXTS.map((name) => [name, asset?.[name] ?? ""])) as { [Key in (typeof TEXTS)[number]]: string }),
  location_id: (asset ?? parent)?.location?.id ?? "", parent_id: (asset ? asset.parent?.id : parent?.id) ?? "", status: asset?.status ?? "in_service", status_reason: "",
});

interface Props { asset?: Asset; parent?: Asset; onClose: () => void; onDone: (asset: Asset) => void }

export function AssetDialog({ asset, parent, onClose, onDone }: Props) {
  const { t } = useTranslation();
  const say = useFieldWords();
  const client = useQueryClient();
  const [base] = useState(() => {
    // The pickers say what is chosen.
    remember((asset ?? parent)?.location);
    remember(asset?.parent ?? parent);
    return valuesOf(asset, parent);
  });
  const [values, setValues] = useState(base);
  const [own, setOwn] = useState<OwnField[]>(() => ownOf(asset?.custom ?? {}));
  const [key] = useState(() => crypto.randomUUID());
  const set = (changed: Partial<Values>) => setValues((before) => ({ ...before, ...changed }));
  const from = asset ? base : valuesOf();
  const categories = useQuery(assetCategoriesOptions).data?.items;
  const asked = fieldsOf(categories, values.category.trim());
  const names = useId();
  const custom = toOwn(own, asked);
  const changed = {
    ...Object.fromEntries(Object.entries(values).filter(([name, value]) => value.trim() !== from[name as Name])),
    ...(JSON.stringify(custom) !== JSON.stringify(asset?.custom ?? {}) && { custom }),
  } as AssetBody;
  const saving = useMutation({
    mutationFn: () => (asset ? changeAsset(asset, changed) : makeAsset(changed, key)),
    onSuccess: async (saved) => {
      await assetsChanged(client);
      onDone(saved);
    },
    onError: (error) => void (isCode(error, "stale") && asset && client.invalidateQueries({ queryKey: assetOptions(asset.id).queryKey })),
  });
  const wrong = (name: string) => (saving.error instanceof ApiError ? saving.error.field(name) : undefined);
  const error = (name: string) => say(wrong(name));
  const hasWords = Object.keys(changed).length > 0;
  return (
    <Dialog title={t(asset ? "assets.edit" : "assets.make")} hasWords={hasWords} onClose={onClose}>
      <form noValidate onKeyDown={submitOnCtrlEnter} className="flex flex-col gap-4" onSubmit={(event) => { event.preventDefault(); if (hasWords) saving.mutate(); else onClose(); }}>
        {TEXTS.map((name) => (
          <Field key={name} label={t(`assets.${name}`)} error={error(name)}>
            {(props) => name === "notes"
              ? <textarea {...props} rows={3} value={values[name]} onChange={({ target }) => set({ [name]: target.value })} className="field field-sizing-content max-h-[40dvh] min-h-20" />
              : <input {...props} list={name === "category" && categories?.length ? names : undefined} type={name === "bought" || name === "warranty_until" ? "date" : "text"} value={values[name]} autoFocus={name === "name"} autoComplete="off" onChange={({ target }) => set({ [name]: target.value })} className="field" />}
          </Field>
        ))}
        <datalist id={names}>{categories?.map(({ name }) => <option key={name} value={name} />)}</datalist>
        <AskedFields asked={asked} own={own} onChange={setOwn} wrong={wrong} />
        <Field label={t("assets.location")} error={error("location_id")}>{({ id }) => <NamedPicker id={id} noun="location" value={values.location_id} onPick={(thing) => set({ location_id: thing?.id ?? "" })} />}</Field>
        <Field label={t("assets.parent")} error={error("parent_id")}>{({ id }) => <NamedPicker id={id} noun="asset" value={values.parent_id} without={asset ? [asset.id] : []} onPick={(thing) => set({ parent_id: thing?.id ?? "" })} />}</Field>
        <Field label={t("assets.status")}>
          {(props) => <Select {...props} value={values.status} onChange={({ target }) => set({ status: target.value })}>{ASSET_STATUS.map((status) => <option key={status} value={status}>{t(`assets.${status}`)}</option>)}</Select>}
        </Field>
        {values.status !== from.status && (
          <Field label={t("assets.status_reason")} error={error("status_reason")}>{(props) => <input {...props} value={values.status_reason} autoComplete="off" onChange={({ target }) => set({ status_reason: target.value })} className="field" />}</Field>
        )}
        <OwnFields fields={own} asked={asked} onChange={setOwn} error={error("custom")} />
        {saving.error && <ErrorWords error={saving.error} />}
        <div className="mt-2 flex flex-wrap justify-end gap-3">
          {asset && <span className="-ml-4 mr-auto"><RemoveThing noun="assets" thing={asset} /></span>}
          <Button onClick={onClose}>{t("common.back")}</Button>
          <Button type="submit" kind="primary" busy={saving.isPending} disabled={values.name.trim() === ""}>{t("common.save")}</Button>
        </div>
      </form>
    </Dialog>
  );
}
