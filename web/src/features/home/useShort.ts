// A list of the home page: its first rows, which stay where they are while somebody's hand is on the page.
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { createContext, useContext, useReducer, useRef } from "react";
import type { Summary } from "@/api/types";
import { useMe } from "@/app/session";
import { useArrivals } from "@/resources/request/arrivals";
import { belongs, type Filters } from "@/resources/request/filters";
import { letIn } from "@/resources/request/live";
import { inOrder } from "@/resources/request/order";
import { freshOptions, listOptions } from "@/resources/request/queries";

const SHOWN = 8;

/** Whether the rows of the page are under somebody's hand. */
export const Held = createContext(false);

/** A list in short. The query keeps its own key: it holds fewer rows than the page of all requests. */
export function useShort(filters: Filters) {
  const me = useMe().id;
  const query = useInfiniteQuery(listOptions(filters));
  const fresh = useQuery(freshOptions(filters)).data;
  const pages = query.data ? letIn(query.data, fresh, filters).pages : [];
  const known = pages.flatMap((page) => page.items);
  const rows = inOrder(known.filter((row) => belongs(row, filters, me)), filters);
  const steady = useSteady(rows, known, query.isPending);
  return {
    ...steady,
    arrived: useArrivals(filters, steady.shown, fresh),
    list: query.data,
    fresh,
    more: query.hasNextPage || rows.length > SHOWN,
    isPending: query.isPending,
    error: query.data ? null : query.error,
    retry: () => void query.refetch(),
  };
}

/** The rows to show; while they are held, those that were shown before, as they are now. `admit` shows what has come since. */
function useSteady(rows: Summary[], known: Summary[], isPending: boolean) {
  const isHeld = useContext(Held);
  const kept = useRef<Summary[] | undefined>(undefined);
  const [, draw] = useReducer((count: number) => count + 1, 0);
  const now = rows.slice(0, SHOWN);
  if (!isHeld || kept.current === undefined) kept.current = isPending ? undefined : now;
  const latest = new Map(known.map((row) => [row.id, row]));
  const shown = (kept.current ?? []).map((row) => latest.get(row.id) ?? row);
  const hasMoved = shown.length !== now.length || shown.some(({ id }, at) => now[at]?.id !== id);
  const admit = () => {
    kept.current = now;
    draw();
  };
  return { shown, hasMoved: hasMoved && !isPending, admit };
}
