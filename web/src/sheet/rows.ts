// Our own files: places, assets and people as rows that an import takes back without a change.
import type { Asset } from "@/resources/asset/queries";
import type { Place } from "@/resources/place/queries";
import type { Schema } from "@/api/types";
import { headOf, PATH, TARGETS, type Target } from "./columns";

type Cell = string | number | boolean;
const pathOf = (label: { name: string; path: { name: string }[] }) => [...label.path.map(({ name }) => name), label.name].join(PATH);

/** An own text that would be read as a number, or as yes or no, is written the same. */
const own = (value: unknown): Cell => (typeof value === "number" || typeof value === "boolean" ? value : String(value ?? ""));

export function placeRows(places: readonly Place[]): Cell[][] {
  const codes = new Map(places.map(({ id, code }) => [id, code]));
  const rows = places.map(({ name, code, kind, path, parent_id, address, time_zone }) =>
    [name, code, kind, path.map((place) => place.name).join(PATH), codes.get(parent_id ?? ""), address, time_zone].map((cell) => cell ?? ""));
  return [TARGETS.places.map(headOf), ...rows];
}

/** What an import asks for, and then where they stand. What they are written to in is theirs to say. */
export function peopleRows(people: readonly Schema<"Account">[]): Cell[][] {
  const rows = people.map(({ name, email, username, role, status, created_at }) => [name, email ?? "", username ?? "", role, "", status, created_at]);
  return [[...TARGETS.people.map(headOf), "status", "created_at"], ...rows];
}

export function assetRows(assets: readonly Asset[], codeOfPlace: ReadonlyMap<string, string | null>): Cell[][] {
  const names = [...new Set(assets.flatMap(({ custom }) => Object.keys(custom)))].sort();
  const heads: Target[] = [...TARGETS.assets, ...names.map((name): Target => `own:${name}`)];
  const rows = assets.map((asset): Cell[] => {
    const { name, code, category, location, parent, maker, model, serial, bought, warranty_until, cost, notes, status, custom } = asset;
    const texts = [name, code, category, location && pathOf(location), location && codeOfPlace.get(location.id), parent?.name, parent?.code, maker, model, serial, bought, warranty_until, cost, notes, status];
    return [...texts.map((cell) => cell ?? ""), ...names.map((field) => own(custom[field]))];
  });
  return [heads.map(headOf), ...rows];
}
