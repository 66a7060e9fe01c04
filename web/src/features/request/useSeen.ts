import { useRef } from "react";
import { hasChanged } from "@/resources/request/basis";
import type { ProjectedView } from "@/resources/request/project";

/** A change by somebody else that is shown for less than this has not been noticed, in milliseconds: a press meant what was there before. */
const NOTICE_MS = 400;

/**
 * The request as whoever looks at it can have seen it. What they did themself they know at once: from its event, or, when its
 * answer comes first, by `accept`.
 */
export function useSeen({ record, events, waiting }: ProjectedView, me: string) {
  const shown = useRef({ record, before: record, since: -NOTICE_MS });
  if (hasChanged(shown.current.record, record)) {
    const isMine = waiting.length > 0 || (events.at(-1)?.actor.id === me && (events.at(-1)?.seq ?? 0) >= record.version);
    shown.current = { record, before: shown.current.record, since: isMine ? -NOTICE_MS : performance.now() };
  }
  shown.current.record = record;
  return {
    noticed: () => (performance.now() - shown.current.since < NOTICE_MS ? shown.current.before : shown.current.record),
    accept: () => void (shown.current.since = -NOTICE_MS),
  };
}
