// One place: where it is, what is open there, what is in it, which things are at it.
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { Merge, Pencil, Plus, QrCode } from "lucide-react";
import { useEffect, useState, type ReactNode } from "react";
import { useTranslation } from "@/i18n";
import { isCode } from "@/api/problem";
import { manages } from "@/api/types";
import { ErrorPage } from "@/app/ErrorPage";
import { NotFound } from "@/app/NotFound";
import { useMe } from "@/app/session";
import { keepOpened } from "@/offline/opened";
import { assetsOptions } from "@/resources/asset/queries";
import { RequestsHere } from "@/resources/place/RequestsHere";
import { placeOptions, type Place } from "@/resources/place/queries";
import { Button, buttonClass } from "@/ui/Button";
import { Branch } from "./Branch";
import { MergeDialog } from "./MergeDialog";
import { PlaceDialog } from "./PlaceDialog";

export function PlacePage() {
  const { id } = useParams({ from: "/app/places/$id" });
  const { data, error, refetch } = useQuery(placeOptions(id));
  if (data) return <Loaded key={data.id} place={data} />;
  if (isCode(error, "not_found")) return <NotFound />;
  if (error) return <ErrorPage error={error} reset={() => void refetch()} />;
  return <div aria-busy className="card skeleton h-[60dvh] bg-sunken" />;
}

function Loaded({ place }: { place: Place }) {
  const { t } = useTranslation();
  const { id: me, role } = useMe();
  const navigate = useNavigate();
  const [dialog, setDialog] = useState<"edit" | "make" | "merge">();
  const close = () => setDialog(undefined);
  useEffect(() => {
    document.title = `${place.name} · CepatEdge`;
    return () => void (document.title = "CepatEdge");
  }, [place.name]);
  const path = place.path.map(({ name }) => name).join(" › ");
  useEffect(() => void keepOpened(me, { noun: "place", id: place.id, title: place.name, hint: path }), [me, place.id, place.name, path]);
  const open = ({ id }: Place) => void navigate({ to: "/places/$id", params: { id } });
  return (
    <article className="flex flex-col gap-6">
      <header>
        <nav aria-label={t("places.path")} className="mb-1 text-sm text-muted">
          <ol className="flex flex-wrap gap-x-1.5">
            <li><Link to="/places" className="hover:underline">{t("places.title")}</Link></li>
            {place.path.map(({ id, name }) => <li key={id}><span aria-hidden>› </span><Link to="/places/$id" params={{ id }} dir="auto" className="words hover:underline">{name}</Link></li>)}
          </ol>
        </nav>
        <h1 dir="auto" tabIndex={-1} className="words outline-none">{place.name}</h1>
        {(place.archived || place.in_archived) && <p className="mt-1 text-sm font-semibold text-warn">{t(place.archived ? "places.is_archived" : "places.in_archived")}</p>}
        {manages(role) && (
          <div className="mt-3 flex flex-wrap gap-2">
            <Button onClick={() => setDialog("edit")}><Pencil aria-hidden className="size-4" />{t("common.edit")}</Button>
            <Button onClick={() => setDialog("make")}><Plus aria-hidden className="size-4" />{t("places.make_in")}</Button>
            <Link to="/labels" search={{ place: place.id }} className={buttonClass()}><QrCode aria-hidden className="size-4" />{t("labels.print")}</Link>
            <Button onClick={() => setDialog("merge")}><Merge aria-hidden className="size-4" />{t("places.merge")}</Button>
          </div>
        )}
      </header>
      <dl className="grid gap-x-8 gap-y-3 text-sm sm:grid-cols-2 lg:grid-cols-3 empty:hidden">
        {place.kind && <Fact name={t("places.kind")}>{place.kind}</Fact>}
        {place.code && <Fact name={t("places.code")}>{place.code}</Fact>}
        {place.address && <Fact name={t("places.address")}>{place.address}</Fact>}
        {place.time_zone && <Fact name={t("places.time_zone")}>{place.time_zone}</Fact>}
        {place.manager && <Fact name={t("places.manager")}>{place.manager.name}</Fact>}
      </dl>
      <RequestsHere of={{ location: place.id }} />
      {place.places > 0 && <section aria-labelledby="below"><h2 id="below" className="mb-2">{t("places.below")}</h2><div className="card p-2"><Branch parent={place.id} isFirst /></div></section>}
      <Assets place={place} />
      {dialog === "edit" && <PlaceDialog place={place} onClose={close} onDone={close} />}
      {dialog === "make" && <PlaceDialog parent={place} onClose={close} onDone={open} />}
      {dialog === "merge" && <MergeDialog place={place} onClose={close} onDone={open} />}
    </article>
  );
}

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <div><dt className="text-xs font-semibold text-muted">{name}</dt><dd dir="auto" className="words mt-0.5 whitespace-pre-wrap">{children}</dd></div>
);

function Assets({ place }: { place: Place }) {
  const { t } = useTranslation();
  const { data } = useInfiniteQuery(assetsOptions({ location: place.id }, 20));
  const assets = data?.pages[0]?.items ?? [];
  if (assets.length === 0) return null;
  return (
    <section aria-labelledby="assets-here">
      <div className="mb-2 flex items-baseline justify-between gap-3">
        <h2 id="assets-here">{t("assets.title")}</h2>
        <Link to="/assets" search={{ location: place.id }} className="text-sm font-semibold text-accent-text hover:underline">{t("assets.all_here")}</Link>
      </div>
      <ul className="card divide-y">
        {assets.map((asset) => <li key={asset.id} className="px-4 py-2.5"><Link to="/assets/$id" params={{ id: asset.id }} dir="auto" className="words font-semibold hover:underline">{asset.name}</Link> <span className="text-sm text-muted">{asset.code}</span></li>)}
      </ul>
    </section>
  );
}
