// What others did to a request since somebody looked at it.
import type { ReactNode } from "react";
import { useTranslation } from "@/i18n";
import type { RequestRecord } from "@/api/types";
import type { RequestView } from "@/resources/request/live";
import { StatusMark } from "@/resources/request/marks";
import { Timeline } from "./Timeline";

export function Since({ seen, view }: { seen: RequestRecord; view: RequestView }) {
  const { t } = useTranslation();
  const since = view.events.filter((event) => event.seq > seen.version);
  return (
    <>
      <p className="mb-4 flex flex-wrap items-center gap-2 text-sm">{t("conflict.now", { status: "" })}<StatusMark status={view.record.status} />{view.record.assignee && <span dir="auto" className="words">{view.record.assignee.name}</span>}</p>
      {since.length > 0 && (
        <>
          <p className="mb-2 text-sm font-semibold">{t("conflict.since")}</p>
          <div className="mb-4 max-h-60 overflow-y-auto" tabIndex={0} role="region" aria-label={t("conflict.since")}><Timeline events={since} /></div>
        </>
      )}
    </>
  );
}

/** In a dialog: that it has changed since, and how. */
export function ChangedSince({ children, ...since }: { seen: RequestRecord; view: RequestView; children?: ReactNode }) {
  const { t } = useTranslation();
  return (
    <div role="alert" className="mb-4 rounded-xl border border-warn bg-warn-soft p-3">
      <p className="mb-2 text-sm font-semibold text-warn">{t("conflict.title")}</p>
      <Since {...since} />
      {children}
    </div>
  );
}
