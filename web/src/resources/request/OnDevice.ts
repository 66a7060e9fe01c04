// What is assigned to somebody is on their device, with its timeline, whether or not they have opened it: so that they find it
// where there is no network. What they opened lately is kept by being asked for (src/offline/answers.ts), and what a live
// message changed in either is kept from here.
import { useInfiniteQuery, useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";
import { isSignedIn, useMe } from "@/app/session";
import { syncDrafts } from "@/drafts/server";
import { allDrafts } from "@/drafts/store";
import { keepAnswer, lastAnswer } from "@/offline/answers";
import { replay } from "@/offline/queue";
import { syncDevice } from "@/resources/inbox/device";
import { watchInbox } from "@/resources/inbox/LiveInbox";
import { portraitsOptions } from "@/resources/user/portraits";
import { useConnection } from "./LiveLists";
import type { Filters } from "./filters";
import { letIn, type ListView, type RequestView } from "./live";
import { LISTS, freshKey, freshOptions, listOptions, nameOfAnswer, requestOptions } from "./queries";

/** One behind the other, and not while the page that somebody waits for is on its way. */
const PAUSE_MS = 300;
const MOST = 50;
/** Changes come in bursts. */
const REST_MS = 1_000;

const MINE: Filters = { status: ["assigned", "in_progress", "on_hold"], assignee: "me" };

/** Fetches each job of mine once in each of its versions, and keeps what live messages tell. Shows nothing. */
export default function OnDevice() {
  const me = useMe();
  const client = useQueryClient();
  const isLive = useConnection() === "live";
  const list = useInfiniteQuery({ ...listOptions(MINE), enabled: isLive && me.role !== "requester" }).data;
  const fresh = useQuery(freshOptions(MINE)).data;
  const jobs = useMemo(() => (list ? letIn(list, fresh, MINE).pages.flatMap((page) => page.items) : []), [list, fresh]);
  const had = useRef(new Map<string, number>());
  useEffect(() => {
    const missing = jobs.filter(({ id, assignee, version }) => assignee?.id === me.id && (had.current.get(id) ?? 0) < version).slice(0, MOST);
    if (!isLive || missing.length === 0) return;
    let isWanted = true;
    const fetchAll = async () => {
      for (const { id, version } of missing) {
        // It may be here since the app was opened last.
        const kept = await lastAnswer<RequestView>(nameOfAnswer(requestOptions(id).queryKey));
        const isCurrent = kept !== undefined && kept.record.version >= version;
        if (!isCurrent) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
        if (!isWanted) return;
        const isThere = isCurrent || (await client.fetchQuery({ ...requestOptions(id), retry: false }).then(() => true, () => false));
        if (isThere) had.current.set(id, version);
      }
    };
    void fetchAll();
    return () => void (isWanted = false);
  }, [client, isLive, jobs, me.id]);
  // A browser that does not know that it was offline does not say that it is online again.
  useEffect(() => {
    if (isLive) void replay();
  }, [isLive]);
  useEffect(() => keepWhatIsHeard(client, me.id), [client, me.id]);
  useEffect(() => syncDrafts(me.id), [me.id]);
  useEffect(() => void import("@/resources/file/drafted").then(({ sweepDrafted }) => sweepDrafted(me.id, allDrafts(me.id).map(({ id }) => id))).catch(() => undefined), [me.id]);
  useQuery(portraitsOptions);
  useEffect(() => watchInbox(client), [client, me.id]);
  useEffect(() => void syncDevice(me.id).catch(() => undefined), [me.id]);
  return null;
}

/** A list as it will be asked for: with those that wait to be let in. */
function firstPage(client: QueryClient, list: ListView, filters: Filters) {
  return letIn(list, client.getQueryData(freshKey(filters)) ?? [], filters).pages[0];
}

function keepWhatIsHeard(client: QueryClient, me: string): () => void {
  const changed = new Map<string, () => unknown>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const keepAll = () => {
    timer = undefined;
    if (isSignedIn(me)) for (const [name, read] of changed) void keepAnswer(name, read()).catch(() => undefined);
    changed.clear();
  };
  const stop = client.getQueryCache().subscribe((event) => {
    if (event.type !== "updated" || event.action.type !== "success" || !event.action.manual) return;
    const { queryKey, state } = event.query;
    if (state.data === undefined) return;
    if (queryKey[0] === "request") changed.set(nameOfAnswer(queryKey), () => state.data);
    else if (queryKey[0] === LISTS[0]) {
      const filters = queryKey[2] as Filters;
      const { queryKey: list } = listOptions(filters);
      changed.set(nameOfAnswer(list), () => {
        const view = client.getQueryData<ListView>(list);
        return view && firstPage(client, view, filters);
      });
    } else return;
    timer ??= setTimeout(keepAll, REST_MS);
  });
  return () => {
    stop();
    clearTimeout(timer);
  };
}
