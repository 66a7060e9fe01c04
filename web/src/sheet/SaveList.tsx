// A list of places, assets or people as a file: all that its filters leave, in its order.
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Download, Upload } from "lucide-react";
import { useTranslation } from "@/i18n";
import { api, dataOf } from "@/api/client";
import { manages, type PeopleQuery } from "@/api/types";
import { toastError } from "@/app/ErrorWords";
import { useMe } from "@/app/session";
import type { AssetSearch } from "@/resources/asset/queries";
import type { PlaceSearch } from "@/resources/place/queries";
import { Button, buttonClass } from "@/ui/Button";
import { assetRows, peopleRows, placeRows } from "./rows";
import { allAccounts, allPlaces, everyPage } from "./there";
import { saveRows } from "./write";

type Props = { kind: "assets"; search: AssetSearch } | { kind: "places"; search: PlaceSearch } | { kind: "people"; search: PeopleQuery };

async function rowsOf({ kind, search }: Props) {
  if (kind === "people") return peopleRows(await allAccounts(search));
  if (kind === "places") return placeRows(await everyPage((cursor) => dataOf(api.GET("/api/locations", { params: { query: { ...search, limit: 100, cursor } } }))));
  const [assets, places] = await Promise.all([everyPage((cursor) => dataOf(api.GET("/api/assets", { params: { query: { ...search, limit: 100, cursor } } }))), allPlaces()]);
  return assetRows(assets, new Map(places.map(({ id, code }) => [id, code])));
}

export default function SaveList(props: Props) {
  const { t } = useTranslation();
  const { role } = useMe();
  const saving = useMutation({
    mutationFn: async (ending: "csv" | "xlsx") => saveRows(`${props.kind}-${new Date().toLocaleDateString("sv")}.${ending}`, await rowsOf(props)),
    onError: toastError,
  });
  return (
    <div role="group" aria-label={t("import.save")} className="-ml-2 flex flex-wrap">
      {(["csv", "xlsx"] as const).map((ending) => (
        <Button key={ending} kind="quiet" className="px-2!" busy={saving.isPending && saving.variables === ending} onClick={() => saving.mutate(ending)}><Download aria-hidden className="size-4" />{t(`import.save_${ending}`)}</Button>
      ))}
      {manages(role) && <Link to="/import" search={{ kind: props.kind }} className={`${buttonClass("quiet")} px-2!`}><Upload aria-hidden className="size-4" />{t("import.title")}</Link>}
    </div>
  );
}
