// Who has which portrait, as far as this page has heard (portraits.ts asks). Its address names its bytes, so that one that was seen once
// is never asked for again. Until something is heard, and without a network where nothing is kept, everybody has their initials.
import { useSyncExternalStore } from "react";

let known = new Map<string, string>();
const listeners = new Set<() => void>();
const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

/** From now on these have a portrait, and nobody else. */
export function noteAvatars(people: readonly { id: string; avatar: string }[]) {
  known = new Map(people.map(({ id, avatar }) => [id, avatar]));
  listeners.forEach((listener) => listener());
}

/** In pixels of its edge. */
export type AvatarSize = 64 | 192 | 512;

/** Where somebody's portrait is; nothing where they have none, or none is known. */
export function useAvatar(id: string, size: AvatarSize): string | undefined {
  const avatar = useSyncExternalStore(subscribe, () => known.get(id));
  return avatar && `/api/users/${id}/avatar/${avatar}/${size}`;
}
