// Logs: a stream with its filters and its live tail, or one trace id through all streams.
import { useSearch } from "@tanstack/react-router";
import { EntryDialog } from "./EntryDialog";
import { LogFilters } from "./LogFilters";
import { openEntry, streamOf } from "./search";
import { StreamEntries } from "./StreamEntries";
import { StreamKept } from "./StreamKept";
import { Trace, TraceHead } from "./Trace";

export function LogsPage() {
  const { entry, stream: named, left: _, ...filter } = useSearch({ from: "/app/system/logs" });
  const stream = streamOf(named) ?? "http";
  const open = openEntry(entry);
  const trace = named === undefined ? filter.request_id : undefined;
  return (
    <div className="flex flex-col gap-4">
      {trace ? <TraceHead id={trace} /> : <LogFilters stream={stream} />}
      {!trace && <StreamKept stream={stream} />}
      {trace ? <Trace id={trace} /> : <StreamEntries key={stream} stream={stream} filter={filter} />}
      {open && <EntryDialog key={entry} {...open} />}
    </div>
  );
}
