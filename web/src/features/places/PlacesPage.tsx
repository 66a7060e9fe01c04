// All places: a tree that opens as one goes, and a search through it.
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { MapPin, Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { manages } from "@/api/types";
import { ErrorWords } from "@/app/ErrorWords";
import { useMe } from "@/app/session";
import { placesOptions, type Place } from "@/resources/place/queries";
import { Save } from "@/sheet/Save";
import { Button } from "@/ui/Button";
import { Empty } from "@/ui/Empty";
import { SearchField } from "@/ui/SearchField";
import { Branch } from "./Branch";
import { PlaceDialog } from "./PlaceDialog";
import { PlaceLine } from "./PlaceLine";

export function PlacesPage() {
  const { t } = useTranslation();
  const { role } = useMe();
  const search = useSearch({ from: "/app/places" });
  const navigate = useNavigate({ from: "/places" });
  const [isMaking, setMaking] = useState(false);
  const isTree = !search.q && !search.archived;
  const change = (changed: Partial<typeof search>) => void navigate({ search: { ...search, ...changed }, replace: true });
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center gap-3">
        <h1 className="mr-auto">{t("places.title")}</h1>
        {manages(role) && <Button kind="primary" onClick={() => setMaking(true)}><Plus aria-hidden className="size-4" />{t("places.make")}</Button>}
      </div>
      <search className="flex flex-wrap items-center gap-2">
        <SearchField label={t("places.search")} value={search.q ?? ""} onChange={(q) => change({ q: q || undefined })} />
        {manages(role) && <Button aria-pressed={search.archived ?? false} className="aria-pressed:border-accent aria-pressed:bg-accent-soft" onClick={() => change({ archived: search.archived ? undefined : true })}>{t("places.archived")}</Button>}
      </search>
      <Save kind="places" search={search} />
      {isTree ? <Branch parent="none" /> : <Found q={search.q} archived={search.archived} />}
      {isMaking && <PlaceDialog onClose={() => setMaking(false)} onDone={({ id }) => void navigate({ to: "/places/$id", params: { id } })} />}
    </div>
  );
}

/** What the search finds, or what is archived, with its path. */
function Found(search: { q?: string; archived?: true }) {
  const { t } = useTranslation();
  const { data, error, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(placesOptions(search));
  const places = data?.pages.flatMap((page) => page.items) ?? [];
  if (error && !data) return <div className="card p-4"><ErrorWords error={error} /></div>;
  if (!data) return <div aria-busy aria-label={t("common.loading")} className="card skeleton h-40 bg-sunken" />;
  if (places.length === 0) return <div className="card"><Empty icon={MapPin} title={t("places.none")} hint={t("places.none_hint")} /></div>;
  return (
    <>
      <ul className="card divide-y">{places.map((place) => <li key={place.id}><Row place={place} /></li>)}</ul>
      {hasNextPage && <Button className="self-center" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>{t("places.more")}</Button>}
    </>
  );
}

function Row({ place }: { place: Place }) {
  return (
    <div className="px-4 py-2.5">
      <PlaceLine place={place} />
      {place.path.length > 0 && <p dir="auto" className="words mt-0.5 text-sm text-muted">{place.path.map(({ name }) => name).join(" › ")}</p>}
    </div>
  );
}
