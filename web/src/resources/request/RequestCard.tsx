import { Link } from "@tanstack/react-router";
import type { Summary } from "@/api/types";
import { Due, FieldMarks, FilesMark, StatusMark } from "./marks";
import { WaitingMark } from "./WaitingReports";

/** A request in a short list. */
export function RequestCard({ request, hasArrived }: { request: Summary; hasArrived: boolean }) {
  return (
    <Link to="/requests/$id" params={{ id: request.id }} className="relative isolate block px-4 py-3 hover:bg-sunken">
      {hasArrived && <span key={request.version} aria-hidden className="arrive absolute inset-0 -z-10" />}
      <span className="flex items-baseline justify-between gap-3">
        <span dir="auto" className="words line-clamp-2 min-w-0 font-semibold">{request.title}</span>
        <span className="shrink-0 text-xs text-muted tabular-nums">{request.number}</span>
      </span>
      <span className="mt-1.5 flex flex-wrap items-center gap-x-3 gap-y-1 text-sm">
        <StatusMark status={request.status} />
        <WaitingMark id={request.id} />
        <FieldMarks of={request} />
        {request.location && <span dir="auto" className="words text-muted">{request.location.name}</span>}
        <FilesMark count={request.attachments} />
        <span className="ml-auto text-xs"><Due request={request} /></span>
      </span>
    </Link>
  );
}
