import { Link } from "@tanstack/react-router";
import { useTranslation } from "@/i18n";
import type { Place } from "@/resources/place/queries";

/** A place in a line: its name, its code and kind, and how much is open there. */
export function PlaceLine({ place }: { place: Place }) {
  const { t } = useTranslation();
  return (
    <p className="flex min-h-9 flex-wrap items-center gap-x-3 gap-y-1">
      <Link to="/places/$id" params={{ id: place.id }} dir="auto" className="words font-semibold hover:underline">{place.name}</Link>
      {(place.code ?? place.kind) && <span className="text-sm text-muted">{[place.code, place.kind].filter(Boolean).join(" · ")}</span>}
      {!!place.open_requests && <span className="ml-auto rounded-full bg-warn-soft px-2.5 py-0.5 text-xs font-semibold text-warn tabular-nums">{t("places.open", { count: place.open_requests })}</span>}
    </p>
  );
}
