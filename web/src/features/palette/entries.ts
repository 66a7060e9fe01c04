// What the palette offers, whatever it is: a line that is chosen.
import { Box, ClipboardList, MapPin, UserRound, type LucideIcon } from "lucide-react";
import type { Person, RequestRecord, Role, Summary } from "@/api/types";
import type { Opened } from "@/offline/opened";
import type { Asset } from "@/resources/asset/queries";
import type { Place } from "@/resources/place/queries";
import { sayLabel } from "@/resources/request/named";

export interface Entry {
  /** No other one has it. */
  key: string;
  icon: LucideIcon;
  title: string;
  hint?: string;
  /** Where it leads, for what has an address. */
  href?: string;
  run?: () => void;
  /** It goes on in place of the palette. */
  isHere?: true;
}

export interface Group { label: string; entries: Entry[] }

const joined = (...parts: (string | null | undefined | false)[]) => parts.filter(Boolean).join(" · ");

type Row = Pick<Summary | RequestRecord, "id" | "title" | "number" | "status" | "location">;

export const requestEntry = (row: Row, status: string): Entry => ({ key: row.id, icon: ClipboardList, title: row.title, hint: joined(row.number, status, row.location?.name), href: `/requests/${row.id}` });

export const placeEntry = (place: Pick<Place, "id" | "name" | "code" | "path">): Entry => ({ key: place.id, icon: MapPin, title: place.name, hint: joined(place.code, place.path.map(({ name }) => name).join(" › ")), href: `/places/${place.id}` });

export const assetEntry = (asset: Pick<Asset, "id" | "name" | "code" | "location">): Entry => ({ key: asset.id, icon: Box, title: asset.name, hint: joined(asset.code, asset.location && sayLabel(asset.location)), href: `/assets/${asset.id}` });

/** A person leads to who they are, for whoever looks after people; for others, to what they work on or have reported. */
export function personEntry(person: Person & { role: Role }, login: string, role: string, mine: Role): Entry {
  const search = mine === "admin" ? `/system/users?q=${encodeURIComponent(person.name)}` : `/requests?${person.role === "requester" ? "requester" : "assignee"}=${person.id}`;
  return { key: person.id, icon: UserRound, title: person.name, hint: joined(role, login), href: search };
}

const OPENED = { request: ["requests", ClipboardList], place: ["places", MapPin], asset: ["assets", Box] } as const;

export const openedEntry = ({ noun, id, title, hint }: Opened): Entry => ({ key: id, icon: OPENED[noun][1], title, hint, href: `/${OPENED[noun][0]}/${id}` });
