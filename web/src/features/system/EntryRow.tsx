// One log entry as a line; the whole of it leads to its detail, which has an address of its own.
import { Link } from "@tanstack/react-router";
import { Bug, CircleX, Info, TriangleAlert } from "lucide-react";
import { useTranslation } from "@/i18n";
import { StaffMark } from "@/resources/user/StaffMark";
import { ViaMark } from "@/resources/user/ViaMark";
import { clock, localeOf } from "@/ui/time";
import type { Entry, Level, StreamName } from "./words";

const LEVEL = { debug: [Bug, "text-muted"], info: [Info, "text-info"], warn: [TriangleAlert, "text-warn"], error: [CircleX, "text-danger"] } as const;

export function LevelMark({ level }: { level: Level }) {
  const [Icon, tone] = LEVEL[level];
  return <span className={`inline-flex items-center gap-1 text-xs font-semibold ${tone}`}><Icon size={13} aria-hidden /> {level}</span>;
}

export function EntryRow({ entry, stream, named, fresh }: { entry: Entry; stream: StreamName; named?: boolean; fresh?: boolean }) {
  const { language } = useTranslation();
  return (
    <li className={fresh ? "arrive" : undefined}>
      <Link
        to="/system/logs"
        search={(before) => ({ ...before, entry: `${stream}.${entry.id}` })}
        resetScroll={false}
        className="grid grid-cols-[auto_auto_1fr_auto] items-baseline gap-x-3 gap-y-0.5 px-3 py-1.5 -outline-offset-2 hover:bg-sunken"
      >
        <time dateTime={entry.ts} title={entry.ts} className="text-xs text-muted tabular-nums">{clock(localeOf(language), entry.ts, Date.now())}</time>
        <LevelMark level={entry.level} />
        <span className="min-w-0 truncate max-sm:col-span-full max-sm:row-start-2 max-sm:whitespace-normal">
          {named && <span className="mr-2 rounded bg-sunken px-1.5 py-0.5 text-xs font-semibold text-muted">{stream}</span>}
          <span dir="auto" className="words">{entry.message}</span>
          {entry.actor && <span className="ml-2 text-xs text-muted"><span dir="auto" className="words">{entry.actor.name}</span> <StaffMark role={entry.actor.role} /><ViaMark via={entry.actor.via} /></span>}
        </span>
        <span className="text-xs text-muted tabular-nums">{[entry.status, entry.duration_ms === null ? null : `${entry.duration_ms} ms`].filter((part) => part !== null).join(" · ")}</span>
      </Link>
    </li>
  );
}
