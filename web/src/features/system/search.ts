// What the logs' address says: a stream with its filters; or a trace id without a stream, which is a trace through all of
// them. An open entry is `stream.id`, so that it can be opened in a trace as well. A trace
// keeps the filters of the page that it was opened from, and in `left` its stream, so that one finds back to it.
import { type StreamName, STREAMS } from "./words";

const NAMES = ["stream", "level", "q", "request_id", "from", "to", "entry", "left"] as const;
export type LogSearch = { [name in (typeof NAMES)[number]]?: string };

export function parseLogSearch(raw: Record<string, unknown>): LogSearch {
  const found: LogSearch = {};
  for (const name of NAMES) {
    const value = raw[name];
    if (typeof value === "string" && value !== "") found[name] = value;
  }
  return found;
}

/** What was looked at before a trace. */
export const behindTrace = ({ entry: _, request_id: _id, left, ...before }: LogSearch): LogSearch => ({ ...before, stream: left });

export const streamOf = (name: string | undefined): StreamName | undefined => STREAMS.find((stream) => stream === name);

export function openEntry(entry: string | undefined): { stream: StreamName; id: string } | undefined {
  const [name, id] = entry?.split(".") ?? [];
  const stream = streamOf(name);
  return stream && id ? { stream, id } : undefined;
}
