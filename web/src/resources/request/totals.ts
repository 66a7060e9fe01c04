// How many requests a list has: counted here where all of it is loaded, else by the server, up to a number that is many.
import { useQuery } from "@tanstack/react-query";
import { useMe } from "@/app/session";
import type { Summary } from "@/api/types";
import { localeOf } from "@/ui/time";
import type { Filters } from "./filters";
import { countOf, type ListView } from "./live";
import { MOST_COUNTED, totalOptions } from "./queries";

/** `undefined` while it is not known. */
export function useTotal(filters: Filters, list: ListView | undefined, fresh: Summary[]): number | undefined {
  const me = useMe().id;
  const counted = list && countOf(list, fresh, filters, me);
  // The first page brings it, so that nothing is asked twice.
  const told = list?.pages[0]?.total ?? undefined;
  const asked = useQuery({ ...totalOptions(filters), enabled: list !== undefined && counted === undefined, initialData: told }).data;
  return counted ?? asked ?? undefined;
}

export const sayTotal = (language: string, total: number) =>
  new Intl.NumberFormat(localeOf(language)).format(Math.min(total, MOST_COUNTED)) + (total > MOST_COUNTED ? "+" : "");
