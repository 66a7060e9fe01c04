// How many requests a list has: counted here where all of it is loaded, else by the server, up to a number that is many.
import { useQuery } from "@tanstack/react-query";
import { useMe } from "@/app/session";
import type { Summary } from "@/api/types";
import { kept, localeOf } from "@/ui/time";
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

const numberFormat = kept((locale) => new Intl.NumberFormat(locale));

/** What has no thousands is written alike in each of our languages. */
const sayNumber = (language: string, number: number) => (number < 1_000 ? String(number) : numberFormat(localeOf(language)).format(number));

export const sayTotal = (language: string, total: number) => (total > MOST_COUNTED ? `${sayNumber(language, MOST_COUNTED)}+` : sayNumber(language, total));
