// The live tail of a stream: what arrived since the page was opened, newest first. While paused, entries are counted and
// kept for later. They do not enter the query cache, where a page that is fetched meanwhile would write over them.
import { useEffect, useRef, useState } from "react";
import { stringifySearch } from "@/app/search";
import { type Connection, LiveSocket } from "@/live/socket";
import { mergeEntries } from "./entries";
import type { LogFilter } from "./queries";
import type { Entry, StreamName, TailMessage } from "./words";

interface Options {
  stream: StreamName;
  filter: LogFilter;
  /** Reads the page again: there may be entries that the tail does not tell. */
  refetch: () => void;
}

export function useTail({ stream, filter, refetch }: Options) {
  const [connection, setConnection] = useState<Connection>("connecting");
  const [paused, setPaused] = useState(false);
  const [live, setLive] = useState<Entry[]>([]);
  const [held, setHeld] = useState<Entry[]>([]);
  const [missed, setMissed] = useState(0);
  // The socket outlives a change of these.
  const latest = useRef({ paused, refetch });
  latest.current = { paused, refetch };
  const hasGap = useRef(false);
  const enabled = !filter.to;
  const { level, q, request_id, from } = filter;

  useEffect(() => {
    setLive([]);
    setHeld([]);
    setMissed(0);
    hasGap.current = false;
    if (!enabled) return;
    const fillGap = () => {
      if (latest.current.paused) hasGap.current = true;
      else latest.current.refetch();
    };
    // What arrived while paused was heard as well: the next connection goes on behind it.
    let heard: number | undefined;
    const socket = new LiveSocket({
      path: () => `/api/system/logs/${stream}/tail${stringifySearch({ level, q, request_id, after: heard })}`,
      connection: setConnection,
      message: (raw) => {
        const message = raw as TailMessage;
        if (message.type === "ready") {
          // The page was fetched before the first connection stood: what came in between is on neither.
          if (heard === undefined) fillGap();
          heard = Math.max(heard ?? 0, message.seq);
        } else if (message.type === "skipped") {
          fillGap();
        } else if (message.type === "dropped") {
          setMissed((count) => count + message.entries);
        } else {
          heard = Math.max(heard ?? 0, ...message.entries.map(({ seq }) => seq));
          (latest.current.paused ? setHeld : setLive)((entries) => mergeEntries(message.entries, entries));
        }
      },
    });
    return () => socket.close();
  }, [stream, level, q, request_id, from, enabled]);

  const toggle = () => {
    if (paused) {
      setLive(mergeEntries(held, live));
      setHeld([]);
      if (hasGap.current) refetch();
      hasGap.current = false;
    }
    setPaused(!paused);
  };
  return { connection, paused, toggle, live, waiting: held.length, missed };
}
