import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ScrollText } from "lucide-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "@/i18n";
import { buttonClass } from "@/ui/Button";
import { EntryRow } from "./EntryRow";
import { traceQuery } from "./queries";
import { behindTrace } from "./search";
import { Failure, Nothing, Waiting } from "./states";

export function TraceHead({ id }: { id: string }) {
  const { t } = useTranslation();
  const head = useRef<HTMLHeadingElement>(null);
  // What led here, a field or an entry, is gone from the page: the focus is not lost with it.
  useEffect(() => {
    const frame = requestAnimationFrame(() => document.activeElement === document.body && head.current?.focus());
    return () => cancelAnimationFrame(frame);
  }, [id]);
  return (
    <div className="flex flex-wrap items-center justify-between gap-3">
      <div className="min-w-0">
        <h1 ref={head} tabIndex={-1} className="outline-none">{t("logs.title")}</h1>
        <p className="words text-sm text-muted">{t("logs.tracing", { id })}</p>
      </div>
      <Link to="/system/logs" search={behindTrace} className={buttonClass()}>{t("logs.stopTrace")}</Link>
    </div>
  );
}

/** One trace id through all streams, in the order in which it happened. */
export function Trace({ id }: { id: string }) {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery(traceQuery(id));
  if (!data) return error ? <Failure error={error} onRetry={() => void refetch()} /> : <Waiting />;
  if (data.length === 0) return <Nothing icon={ScrollText} text={t("logs.empty")} />;
  return (
    <ul className="card divide-y text-sm">
      {data.map((entry) => <EntryRow key={entry.stream + entry.id} entry={entry} stream={entry.stream} named />)}
    </ul>
  );
}
