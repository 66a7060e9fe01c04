// One thing: what it is, where, in which state since when, and what is open about it.
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { Pencil, Plus, QrCode } from "lucide-react";
import { useEffect, useState, type ReactNode } from "react";
import { useTranslation } from "@/i18n";
import { isCode } from "@/api/problem";
import { manages } from "@/api/types";
import { ErrorPage } from "@/app/ErrorPage";
import { NotFound } from "@/app/NotFound";
import { useMe } from "@/app/session";
import { assetCategoriesOptions } from "@/resources/asset/fields";
import { fieldsOf } from "@/resources/asset/own";
import { keepOpened } from "@/offline/opened";
import { assetOptions, assetsOptions, isOutOfWarranty, type Asset } from "@/resources/asset/queries";
import { RequestsHere } from "@/resources/place/RequestsHere";
import { sayLabel } from "@/resources/request/named";
import { Button, buttonClass } from "@/ui/Button";
import { When } from "@/ui/time";
import { AssetDialog } from "./AssetDialog";
import { Downtime } from "./Downtime";

export function AssetPage() {
  const { id } = useParams({ from: "/app/assets/$id" });
  const { data, error, refetch } = useQuery(assetOptions(id));
  if (data) return <Loaded key={data.id} asset={data} />;
  if (isCode(error, "not_found")) return <NotFound />;
  if (error) return <ErrorPage error={error} reset={() => void refetch()} />;
  return <div aria-busy className="card skeleton h-[60dvh] bg-sunken" />;
}

/** The facts that are texts, in the order of the page. */
const TEXTS = ["code", "category", "maker", "model", "serial", "bought", "cost"] as const;

function Loaded({ asset }: { asset: Asset }) {
  const { t } = useTranslation();
  const { id: me, role } = useMe();
  const navigate = useNavigate();
  const [dialog, setDialog] = useState<"edit" | "make">();
  const close = () => setDialog(undefined);
  const asked = fieldsOf(useQuery(assetCategoriesOptions).data?.items, asset.category);
  useEffect(() => {
    document.title = `${asset.name} · CepatEdge`;
    return () => void (document.title = "CepatEdge");
  }, [asset.name]);
  useEffect(() => void keepOpened(me, { noun: "asset", id: asset.id, title: asset.name, hint: asset.code ?? "" }), [me, asset.id, asset.name, asset.code]);
  return (
    <article className="flex flex-col gap-6">
      <header>
        <p className="mb-1 text-sm"><Link to="/assets" className="text-muted hover:underline">{t("assets.title")}</Link></p>
        <h1 dir="auto" tabIndex={-1} className="words outline-none">{asset.name}</h1>
        {asset.status !== "in_service" && <p className="mt-1 text-sm font-semibold text-warn">{t(`assets.${asset.status}`)}</p>}
        {asset.down && asset.status === "in_service" && <p className="mt-1 text-sm font-semibold text-danger">{t("downtime.now")}</p>}
        {manages(role) && (
          <div className="mt-3 flex flex-wrap gap-2">
            <Button onClick={() => setDialog("edit")}><Pencil aria-hidden className="size-4" />{t("common.edit")}</Button>
            <Button onClick={() => setDialog("make")}><Plus aria-hidden className="size-4" />{t("assets.make_part")}</Button>
            <Link to="/labels" search={{ thing: asset.id }} className={buttonClass()}><QrCode aria-hidden className="size-4" />{t("labels.print")}</Link>
          </div>
        )}
      </header>
      <dl className="grid gap-x-8 gap-y-3 text-sm sm:grid-cols-2 lg:grid-cols-3">
        {asset.location && <Fact name={t("assets.location")}><Link to="/places/$id" params={{ id: asset.location.id }} className="font-semibold text-accent-text hover:underline">{sayLabel(asset.location)}</Link></Fact>}
        {asset.parent && <Fact name={t("assets.parent")}><Link to="/assets/$id" params={{ id: asset.parent.id }} className="font-semibold text-accent-text hover:underline">{sayLabel(asset.parent)}</Link></Fact>}
        {TEXTS.map((name) => asset[name] && <Fact key={name} name={t(`assets.${name}`)}>{asset[name]}</Fact>)}
        {asset.warranty_until && <Fact name={t("assets.warranty_until")}>{asset.warranty_until}{isOutOfWarranty(asset) && <span className="block text-warn">{t("assets.out_of_warranty")}</span>}</Fact>}
        {Object.entries(asset.custom).map(([name, value]) => <Fact key={name} name={name}>{typeof value === "boolean" ? t(value ? "common.yes" : "common.no") : [String(value), asked.find((field) => field.name === name)?.unit].filter(Boolean).join(" ")}</Fact>)}
        {asset.notes && <Fact name={t("assets.notes")}>{asset.notes}</Fact>}
      </dl>
      <RequestsHere of={{ asset: asset.id }} />
      <Downtime of={asset.id} />
      {asset.parts > 0 && <Parts of={asset} />}
      <section aria-labelledby="states">
        <h2 id="states" className="mb-2">{t("assets.history")}</h2>
        <ul className="card divide-y text-sm">
          {asset.history.map(({ status, at, by, reason }) => (
            <li key={at} className="px-4 py-2.5"><b>{t(`assets.${status}`)}</b> · <When date={at} /> · <bdi>{by.name}</bdi>{reason && <p dir="auto" className="words mt-0.5 text-muted">{reason}</p>}</li>
          ))}
        </ul>
      </section>
      {dialog === "edit" && <AssetDialog asset={asset} onClose={close} onDone={close} />}
      {dialog === "make" && <AssetDialog parent={asset} onClose={close} onDone={({ id }) => void navigate({ to: "/assets/$id", params: { id } })} />}
    </article>
  );
}

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <div><dt dir="auto" className="words text-xs font-semibold text-muted">{name}</dt><dd dir="auto" className="words mt-0.5 whitespace-pre-wrap">{children}</dd></div>
);

function Parts({ of }: { of: Asset }) {
  const { t } = useTranslation();
  const { data } = useInfiniteQuery(assetsOptions({ parent: of.id }));
  return (
    <section aria-labelledby="parts">
      <h2 id="parts" className="mb-2">{t("assets.parts")}</h2>
      <ul className="card divide-y">{data?.pages[0]?.items.map((part) => <li key={part.id} className="px-4 py-2.5"><Link to="/assets/$id" params={{ id: part.id }} dir="auto" className="words font-semibold hover:underline">{part.name}</Link> <span className="text-sm text-muted">{part.code}</span></li>)}</ul>
    </section>
  );
}
