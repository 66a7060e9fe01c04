// The places in one place, each of which opens in turn. What is open is kept for the window.
import { useInfiniteQuery } from "@tanstack/react-query";
import { ChevronRight, MapPin } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { ErrorWords } from "@/app/ErrorWords";
import { placesOptions, type Place } from "@/resources/place/queries";
import { Button } from "@/ui/Button";
import { Empty } from "@/ui/Empty";
import { PlaceLine } from "./PlaceLine";

/** The places that were opened, for whoever comes back. */
const opened = new Set<string>();

/** `isFirst`: nothing is around it. */
export function Branch({ parent, isFirst }: { parent: string; isFirst?: true }) {
  const { t } = useTranslation();
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(placesOptions({ parent }));
  const places = data?.pages.flatMap((page) => page.items) ?? [];
  const isTop = parent === "none";
  if (error && !data) return <div className="p-4"><ErrorWords error={error} /><Button className="mt-3" onClick={() => void refetch()}>{t("common.retry")}</Button></div>;
  if (!data) return <div aria-busy aria-label={t("common.loading")} className="skeleton my-2 h-9 rounded-lg bg-sunken" />;
  if (places.length === 0) return isTop && <div className="card"><Empty icon={MapPin} title={t("places.empty")} hint={t("places.empty_hint")} /></div>;
  return (
    <ul className={isTop ? "card divide-y" : isFirst ? "" : "ml-4 border-l border-line pl-2 sm:ml-5"}>
      {places.map((place) => <Twig key={place.id} place={place} isTop={isTop} />)}
      {hasNextPage && <li className="p-2"><Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>{t("places.more")}</Button></li>}
    </ul>
  );
}

function Twig({ place, isTop }: { place: Place; isTop: boolean }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(opened.has(place.id));
  const toggle = () => {
    if (isOpen) opened.delete(place.id);
    else opened.add(place.id);
    setOpen(!isOpen);
  };
  return (
    <li className={isTop ? "px-2 py-1 sm:px-3" : ""}>
      <div className="flex items-start gap-1">
        {place.places > 0 ? (
          <button type="button" aria-expanded={isOpen} aria-label={t("places.open_of", { name: place.name })} onClick={toggle} className="grid size-9 shrink-0 place-items-center rounded-lg text-muted hover:bg-sunken">
            <ChevronRight aria-hidden className={`size-4 rtl:rotate-180 ${isOpen ? "rotate-90" : ""}`} />
          </button>
        ) : <span className="size-9 shrink-0" />}
        <div className="min-w-0 flex-1"><PlaceLine place={place} /></div>
      </div>
      {isOpen && place.places > 0 && <Branch parent={place.id} />}
    </li>
  );
}
