// Places and assets that reports name, as this window has heard of them: a form holds their ids, and people read what they are
// called.
import type { Summary } from "@/api/types";

/** What a report names besides people: the parts of a row that tell it. */
export type Noun = "location" | "asset";
export type Label = NonNullable<Summary["location"]> | NonNullable<Summary["asset"]>;

/** A thing that somebody chose; an asset tells its place. */
export interface Chosen { id: string; name: string; path?: { name: string }[]; code?: string | null; location?: NonNullable<Summary["location"]> | null }

const heard = new Map<string, Chosen>();

/** From now on it is called so. */
export function remember(label: Chosen | null | undefined) {
  if (!label) return;
  heard.set(label.id, label);
  if (label.location) heard.set(label.location.id, label.location);
}

export const labelOf = (id: string) => heard.get(id);

/** The places that it is in, and its name; or the code of an asset, and its name. */
export const sayLabel = ({ name, path = [], code }: Pick<Chosen, "name" | "path" | "code">) => [...path.map((place) => place.name), code ? `${code} ${name}` : name].join(" › ");
