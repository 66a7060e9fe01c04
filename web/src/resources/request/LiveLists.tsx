// The live connection of all lists. It has no replay, so after an interruption the newest changes are read once and enter
// by the same reducer as the live ones.
import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { createContext, useContext, useEffect, useState, type ReactNode } from "react";
import { api, dataOf } from "@/api/client";
import type { Schema, Summary } from "@/api/types";
import { isSignedIn, meOptions, useMe } from "@/app/session";
import { LiveSocket, type Connection } from "@/live/socket";
import { forgetSent } from "@/drafts/store";
import { hasServedOldAnswers } from "@/offline/answers";
import { keepSending, onSent } from "@/offline/queue";
import { updateRow, waitFor, type ListView } from "./live";
import { LISTS, TOTALS, freshKey, totalOptions } from "./queries";
import type { Filters } from "./filters";

const Context = createContext<Connection>("connecting");
/** Whether lists are live. */
export const useConnection = () => useContext(Context);

export function LiveLists({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const me = useMe().id;
  const [connection, setConnection] = useState<Connection>("connecting");
  useEffect(() => keepSending(me, () => isSignedIn(me)), [me]);
  useEffect(() => {
    // What happens between the first answer and the first connection counts as missed, too.
    let lostAt: number | null = Date.now();
    let isFirst = true;
    const socket = new LiveSocket({
      path: () => "/api/requests/live",
      message: (message) => hear(client, me, (message as Schema<"ListMessage">).request),
      connection: (now) => {
        setConnection(now);
        // A socket does not tell why it was refused. If it was the session, the answer to this leads to the sign-in page.
        if (now === "ended" || (now === "lost" && lostAt !== null && !isFirst)) void client.fetchQuery({ ...meOptions, staleTime: 0 }).catch(() => undefined);
        if (now === "lost") lostAt ??= Date.now();
        if (now === "live" && lostAt !== null) {
          void catchUp(client, me, lostAt);
          lostAt = null;
          isFirst = false;
          if (hasServedOldAnswers()) void client.invalidateQueries();
          void client.refetchQueries({ predicate: (query) => query.state.status === "error" });
        }
      },
    });
    return () => socket.close();
  }, [client, me]);
  useEffect(() => onSent(({ user, key }) => {
    forgetSent(user, key);
    void client.invalidateQueries({ queryKey: ["request"] });
  }), [client]);
  return <Context value={connection}>{children}</Context>;
}

function hear(client: QueryClient, me: string, heard: Summary) {
  for (const [key, list] of client.getQueriesData<ListView>({ queryKey: LISTS })) {
    if (list === undefined) continue;
    const filters = key[2] as Filters;
    // What the list was told with its first page is from now on to be asked again.
    const { queryKey } = totalOptions(filters);
    if (client.getQueryData(queryKey) === undefined) client.setQueryData(queryKey, list.pages[0]?.total ?? undefined);
    const updated = updateRow(list, heard);
    if (updated !== list) client.setQueryData(key, updated);
    client.setQueryData(freshKey(filters), (fresh: Summary[] = []) => waitFor(fresh, updated, filters, me, heard));
  }
  countAgain(client);
}

/** So long after something was heard the lists that are not loaded to their end are counted anew; what is heard meanwhile is in it. */
const COUNT_AFTER_MS = 1_000;
let counting: ReturnType<typeof setTimeout> | undefined;
function countAgain(client: QueryClient) {
  counting ??= setTimeout(() => {
    counting = undefined;
    void client.invalidateQueries({ queryKey: TOTALS });
  }, COUNT_AFTER_MS);
}

/** A clock may be off by this much. */
const MARGIN_MS = 60_000;
const PAGE = 50;
const MOST_PAGES = 20;

async function catchUp(client: QueryClient, me: string, lostAt: number) {
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const changed = await dataOf(api.GET("/api/requests", { params: { query: { sort: "-updated", limit: PAGE, cursor } } })).catch(() => null);
    if (changed === null) break;
    for (const row of changed.items.toReversed()) hear(client, me, row);
    const oldest = changed.items.at(-1);
    cursor = changed.next_cursor ?? undefined;
    if (cursor === undefined || oldest === undefined || Date.parse(oldest.updated_at) < lostAt - MARGIN_MS) return;
  }
  await client.invalidateQueries({ queryKey: LISTS });
}
