// All things: searched, and filtered by place, category and state.
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Boxes, Plus, QrCode, ShieldAlert } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { ASSET_STATUS } from "@/api/words";
import { manages } from "@/api/types";
import { ErrorWords } from "@/app/ErrorWords";
import { useMe } from "@/app/session";
import { assetsOptions, isOutOfWarranty, type Asset, type AssetSearch, type AssetStatus } from "@/resources/asset/queries";
import ScanButton from "@/resources/label/ScanButton";
import NamedPicker from "@/resources/place/NamedPicker";
import { sayLabel } from "@/resources/request/named";
import { Save } from "@/sheet/Save";
import { Button, buttonClass } from "@/ui/Button";
import { Empty } from "@/ui/Empty";
import { SearchField } from "@/ui/SearchField";
import { Select } from "@/ui/Select";
import { AssetDialog } from "./AssetDialog";

export function AssetsPage() {
  const { t } = useTranslation();
  const { role } = useMe();
  const search = useSearch({ from: "/app/assets" });
  const navigate = useNavigate({ from: "/assets" });
  const [isMaking, setMaking] = useState(false);
  const { data, error, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(assetsOptions(search));
  const assets = data?.pages.flatMap((page) => page.items) ?? [];
  const change = (changed: Partial<AssetSearch>) => void navigate({ search: { ...search, ...changed }, replace: true });
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center gap-3">
        <h1 className="mr-auto">{t("assets.title")}</h1>
        <ScanButton />
        {manages(role) && <Link to="/labels" search={{ ...search, list: true }} className={buttonClass()}><QrCode aria-hidden className="size-4" />{t("labels.print")}</Link>}
        {manages(role) && <Button kind="primary" onClick={() => setMaking(true)}><Plus aria-hidden className="size-4" />{t("assets.make")}</Button>}
      </div>
      <search className="flex flex-wrap gap-2">
        <SearchField label={t("assets.search")} value={search.q ?? ""} onChange={(q) => change({ q: q || undefined })} />
        <div className="w-full sm:w-72"><NamedPicker noun="location" aria-label={t("assets.location")} value={search.location ?? ""} onPick={(thing) => change({ location: thing?.id })} /></div>
        <Select aria-label={t("assets.status")} value={search.status?.[0] ?? ""} onChange={({ target }) => change({ status: target.value ? [target.value as AssetStatus] : undefined })}>
          <option value="">{t("assets.in_use")}</option>
          {ASSET_STATUS.map((status) => <option key={status} value={status}>{t(`assets.${status}`)}</option>)}
        </Select>
        {search.category && <Button onClick={() => change({ category: undefined })}>{search.category} ×</Button>}
      </search>
      <Save kind="assets" search={search} />
      {error && !data && <div className="card p-4"><ErrorWords error={error} /></div>}
      {!data && !error && <div aria-busy aria-label={t("common.loading")} className="card skeleton h-40 bg-sunken" />}
      {data && assets.length === 0 && <div className="card"><Empty icon={Boxes} title={t("assets.none")} hint={t("assets.none_hint")} /></div>}
      <ul className="card divide-y empty:hidden">{assets.map((asset) => <li key={asset.id}><Row asset={asset} onCategory={(category) => change({ category })} /></li>)}</ul>
      {hasNextPage && <Button className="self-center" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>{t("places.more")}</Button>}
      {isMaking && <AssetDialog onClose={() => setMaking(false)} onDone={({ id }) => void navigate({ to: "/assets/$id", params: { id } })} />}
    </div>
  );
}

function Row({ asset, onCategory }: { asset: Asset; onCategory: (category: string) => void }) {
  const { t } = useTranslation();
  const { category } = asset;
  return (
    <div className="px-4 py-2.5">
      <p className="flex min-h-9 flex-wrap items-center gap-x-3 gap-y-1">
        <Link to="/assets/$id" params={{ id: asset.id }} dir="auto" className="words font-semibold hover:underline">{asset.name}</Link>
        {asset.code && <span className="text-sm text-muted">{asset.code}</span>}
        {category && <button type="button" onClick={() => onCategory(category)} className="min-h-9 text-sm text-muted hover:underline">{category}</button>}
        {isOutOfWarranty(asset) && <span className="inline-flex items-center gap-1 text-xs text-muted"><ShieldAlert aria-hidden className="size-3.5" />{t("assets.out_of_warranty")}</span>}
        {asset.down && asset.status === "in_service" && <span className="ml-auto rounded-full bg-danger-soft px-2.5 py-0.5 text-xs font-semibold text-danger">{t("downtime.now")}</span>}
        {asset.status !== "in_service" && <span className="ml-auto rounded-full bg-warn-soft px-2.5 py-0.5 text-xs font-semibold text-warn">{t(`assets.${asset.status}`)}</span>}
      </p>
      {asset.location && <p dir="auto" className="words text-sm text-muted">{sayLabel(asset.location)}</p>}
    </div>
  );
}
