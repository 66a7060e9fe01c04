// What a timeline says of a file: that it came, what it was marked as, that it went.
import { Lock } from "lucide-react";
import { useTranslation } from "@/i18n";
import type { RequestRecord } from "@/api/types";
import { attachmentsOf, type FileEvent } from "@/resources/file/attachment";
import { sizeOf } from "@/ui/size";
import { Small } from "./FileTile";

export interface Shown { record: RequestRecord; onOpen: (id: string) => void }

export function FileEntry({ event, shown }: { event: FileEvent; shown?: Shown }) {
  const { language } = useTranslation();
  if (event.kind !== "attached") {
    const size = event.kind === "detached" ? `, ${sizeOf(language, event.body.size)}` : "";
    return <p dir="auto" className="words mt-1 text-sm text-muted">{event.body.filename}{size}{event.body.visibility === "internal" && <Internal />}</p>;
  }
  const { attachment } = event.body;
  const now = shown && attachmentsOf(shown.record).find(({ id }) => id === attachment.id);
  const isInternal = attachment.visibility === "internal";
  const words = (
    <span className="min-w-0">
      <span dir="auto" className={`block truncate ${now ? "" : "line-through"}`}>{attachment.filename}</span>
      <span className="flex items-center gap-1.5 text-xs text-muted">{sizeOf(language, attachment.size)}{isInternal && <Internal />}</span>
    </span>
  );
  const look = `mt-2 flex max-w-xs items-center gap-2.5 rounded-lg border p-1.5 text-left text-sm ${isInternal ? "border-dashed border-warn" : ""}`;
  // In a part of a timeline, and once it is gone, there is nothing to open.
  if (!now) return <p className={`${look} px-3 text-muted`}>{words}</p>;
  return (
    <button type="button" data-entry={now.filename} className={`${look} w-full bg-surface hover:border-edge`} onClick={() => shown.onOpen(now.id)}>
      <Small request={shown.record.id} file={now} className="size-11 shrink-0 rounded object-cover" />{words}
    </button>
  );
}

function Internal() {
  const { t } = useTranslation();
  return <span className="ml-1.5 inline-flex items-center gap-1 text-xs font-semibold text-warn"><Lock aria-hidden className="size-3.5" />{t("request.internal")}</span>;
}
