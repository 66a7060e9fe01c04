// Chooses a place or an asset: searched as one types, what was chosen lately first. Without a network it finds what was seen lately.
import { useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useDeferredValue, useMemo, useState } from "react";
import { useTranslation } from "@/i18n";
import { assetOptions, isOutOfWarranty, searchAssets, type Asset } from "@/resources/asset/queries";
import { folded } from "@/resources/request/filters";
import { labelOf, remember, sayLabel, type Chosen, type Noun } from "@/resources/request/named";
import { Combobox } from "@/ui/Combobox";
import { useRested } from "@/ui/useRested";
import { placeOptions, searchPlaces, type Place } from "./queries";

const MOST_RECENT = 5;

/** What was chosen lately on this device, the latest first. */
function recent(noun: Noun): Chosen[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(`recent-${noun}`) ?? "[]");
    return Array.isArray(kept) ? kept.filter((one): one is Chosen => typeof one?.id === "string" && typeof one?.name === "string") : [];
  } catch {
    return [];
  }
}

function keepRecent(noun: Noun, thing: Chosen) {
  localStorage.setItem(`recent-${noun}`, JSON.stringify([thing, ...recent(noun).filter(({ id }) => id !== thing.id)].slice(0, MOST_RECENT)));
}

/** What other questions have brought here: good enough where nothing can be asked. */
const seen = (client: QueryClient, noun: Noun): Chosen[] =>
  client.getQueriesData<{ items?: Chosen[] }>({ queryKey: [noun === "location" ? "places" : "assets", "picker"] }).flatMap(([, page]) => page?.items ?? []);

const asChosen = (noun: Noun, thing: Place | Asset): Chosen =>
  noun === "location" ? { id: thing.id, name: thing.name, path: (thing as Place).path.map(({ name }) => ({ name })) } : { id: thing.id, name: thing.name, code: thing.code, location: (thing as Asset).location };

interface Props {
  noun: Noun;
  /** The id of what is chosen, or nothing. */
  value: string;
  onPick: (thing: Chosen | null) => void;
  /** What cannot be chosen. */
  without?: string[];
  id?: string;
  "aria-label"?: string;
  autoFocus?: boolean;
}

export default function NamedPicker({ noun, value, onPick, without = [], ...field }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [text, setText] = useState("");
  const asked = useRested(text);
  const places = useQuery({ ...searchPlaces(asked), enabled: noun === "location" });
  const assets = useQuery({ ...searchAssets(asked), enabled: noun === "asset" });
  const answer: { items: (Place | Asset)[] } | undefined = (noun === "location" ? places : assets).data;
  const answered = useMemo(() => answer && { asked, items: answer.items }, [answer, asked]);
  const found = useDeferredValue(answered);
  const failed = (noun === "location" ? places : assets).isError;
  const chosen = useChosen(noun, value);
  const words = folded(text).split(" ");
  const items = found?.items.map((one) => asChosen(noun, one)) ?? [];
  // An answer to what was typed before offers no more than what has these words: Enter takes the first one.
  const meant = (some: Chosen[]) => some.filter((one) => words.every((word) => folded(sayLabel(one)).includes(word)));
  const known = failed || (text !== "" && found === undefined) ? meant(seen(client, noun)) : found?.asked === text ? items : meant(items);
  const all = text === "" ? [...recent(noun), ...known] : known;
  const offered = [...new Map(all.map((one) => [one.id, one])).values()].filter(({ id }) => !without.includes(id)).slice(0, 20);
  const option = (one: Chosen) => {
    const asset = found?.items.find(({ id }) => id === one.id) as Asset | undefined;
    const hint = [one.path?.map(({ name }) => name).join(" › "), one.location && sayLabel(one.location), noun === "asset" && asset && isOutOfWarranty(asset) && t("assets.out_of_warranty")].filter(Boolean).join(" · ");
    return { id: one.id, title: one.code ? `${one.code} ${one.name}` : one.name, hint };
  };
  return (
    <Combobox
      {...field} chosen={value === "" ? undefined : chosen} options={offered.map(option)} isBusy={!failed && (found === undefined || text !== asked)}
      words={{ none: t(`${noun === "location" ? "places" : "assets"}.none`), clear: t(noun === "location" ? "places.clear" : "assets.clear"), busy: t("common.loading") }}
      onType={setText}
      onPick={(picked) => {
        const thing = offered.find(({ id }) => id === picked?.id) ?? null;
        if (thing) keepRecent(noun, thing);
        remember(thing);
        onPick(thing);
      }}
    />
  );
}

/** What is chosen, in words: of a draft of another time it is asked for. */
function useChosen(noun: Noun, id: string): string | undefined {
  const known = labelOf(id);
  const isUnknown = id !== "" && known === undefined;
  const place = useQuery({ ...placeOptions(id), enabled: isUnknown && noun === "location" });
  const asset = useQuery({ ...assetOptions(id), enabled: isUnknown && noun === "asset" });
  const label = known ?? place.data ?? asset.data;
  return label ? sayLabel(label) : "…";
}
