// What the organisation decides for whoever has not: the zone of times, the first day of the week, the languages. It is kept, so that the
// next start knows it before anybody has answered.
import { queryOptions, useQuery } from "@tanstack/react-query";
import { choose, follow, LANGUAGES, OFFERED, type Language, useTranslation } from "@/i18n";
import { api, dataOf } from "@/api/client";
import type { Schema } from "@/api/types";
import { WEEKDAY } from "@/api/words";
import { keepZone } from "@/ui/zones";

export type Organisation = Schema<"Organisation">;

export const organisationOptions = queryOptions({
  queryKey: ["organisation"],
  queryFn: async ({ signal }) => keep(await dataOf(api.GET("/api/organisation", { signal }))),
  staleTime: 10_000,
  refetchOnWindowFocus: true,
});

async function keep(organisation: Organisation): Promise<Organisation> {
  keepZone("organisation-time-zone", organisation.time_zone);
  localStorage.setItem(OFFERED, organisation.languages.join(","));
  await readOn(organisation).catch(() => undefined);
  await follow();
  return organisation;
}

/** Whoever is signed in and reads, without having chosen it on this device, their account's language keeps it, though it is offered no more. */
async function readOn({ languages }: Organisation) {
  const read = document.documentElement.lang as Language;
  if (languages.includes(read) || localStorage.getItem("language") !== null || localStorage.getItem("profile") === null) return;
  const { language } = await dataOf(api.GET("/api/me/language"));
  if (language === read) await choose(read);
}

/** The days of the week, from the organisation's first one on. */
export function weekFrom(first: Organisation["week_start"]) {
  const place = WEEKDAY.indexOf(first);
  return [...WEEKDAY.slice(place), ...WEEKDAY.slice(0, place)];
}

/**
 * The languages that are there to be chosen, by their own names: those of the organisation, and the one that is read, which may be offered
 * no more. One alone is no choice.
 */
export function useLanguages(): [Language, string][] {
  const { language: shown } = useTranslation();
  const offered = useQuery(organisationOptions).data?.languages;
  const all = Object.entries(LANGUAGES) as [Language, string][];
  return all.filter(([language]) => !offered || offered.includes(language) || language === shown);
}

/** The languages that somebody may begin with, that of whoever has chosen none first. */
export const useOffered = (): readonly Language[] => useQuery(organisationOptions).data?.languages ?? (Object.keys(LANGUAGES) as Language[]);
