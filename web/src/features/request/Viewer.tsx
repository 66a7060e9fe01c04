// One file of a request over the whole window, and what can be done with it. The arrows lead to the ones beside it.
import { ChevronLeft, ChevronRight, Download } from "lucide-react";
import { useEffect, useRef, type KeyboardEvent } from "react";
import { useTranslation } from "@/i18n";
import { manages, seesInternal, type RequestRecord } from "@/api/types";
import { useMe } from "@/app/session";
import { attachmentsOf, downloadOf, kindOf } from "@/resources/file/attachment";
import { isFinal } from "@/resources/request/project";
import { buttonClass } from "@/ui/Button";
import { Sheet } from "@/ui/Sheet";
import { sizeOf } from "@/ui/size";
import { When } from "@/ui/time";
import { Content } from "./Content";
import { DeleteFile } from "./DeleteFile";
import { MarkFile } from "./MarkFile";

interface Props { record: RequestRecord; at: string; onOpen: (id: string) => void; onClose: () => void }

export default function Viewer({ record, at, onOpen, onClose }: Props) {
  const { t, language } = useTranslation();
  const me = useMe();
  const all = attachmentsOf(record);
  const place = all.findIndex(({ id }) => id === at);
  const file = all[place];
  const content = useRef<HTMLDivElement>(null);
  // What had the focus may have gone with the file before: the keys go on from here.
  useEffect(() => {
    if (document.activeElement === document.body) content.current?.focus();
  }, [file?.id]);
  // Somebody else took it away meanwhile.
  if (!file) return <Sheet title={t("files.title")} onClose={onClose}><p role="alert" className="p-8 text-center text-muted">{t("files.gone")}</p></Sheet>;
  const isMine = file.by.id === me.id;
  // As the server decides it: src/domain/request/attaching.rs.
  const isOpen = !isFinal(record.status);
  const mayDelete = manages(me.role) || (isMine && isOpen);
  const mayMark = isOpen && kindOf(file.content_type) === "picture" && (isMine || manages(me.role) || (seesInternal(me.role) && record.assignee?.id === me.id));
  const go = (step: 1 | -1) => {
    const next = all[place + step];
    if (next) onOpen(next.id);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const isElsewhere = (event.target as Element).closest("audio, video, input, select");
    const step = ({ ArrowRight: 1, ArrowLeft: -1 } as const)[event.key];
    if (step && !isElsewhere) go(step);
  };
  const beside = (step: 1 | -1, label: string, Icon: typeof ChevronLeft) => (
    <button type="button" aria-label={label} disabled={!all[place + step]} onClick={() => go(step)} className="grid size-11 place-items-center rounded-lg text-muted hover:bg-sunken disabled:opacity-40"><Icon aria-hidden className="size-5 rtl:rotate-180" /></button>
  );
  const tools = (
    <>
      <span className="mr-auto px-1 text-xs text-muted tabular-nums sm:mr-2">{place + 1} / {all.length}</span>
      {all.length > 1 && <>{beside(-1, t("files.previous"), ChevronLeft)}{beside(1, t("files.next"), ChevronRight)}</>}
      <a href={downloadOf(record.id, file)} download={file.filename} className={`${buttonClass("quiet")} px-2.5!`} title={t("files.download")} aria-label={t("files.download")}><Download aria-hidden className="size-5" /></a>
      {mayDelete && <DeleteFile key={`delete ${file.id}`} request={record.id} file={file} onGone={() => { const next = all[place + 1] ?? all[place - 1]; if (next) onOpen(next.id); else onClose(); }} />}
    </>
  );
  return (
    <Sheet title={file.filename} tools={tools} onKeyDown={onKeyDown} onClose={onClose}>
      <div className="flex h-full flex-col">
        <div ref={content} tabIndex={-1} className="relative min-h-0 flex-1 outline-none"><Content key={file.id} request={record.id} file={file} /></div>
        <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 border-t bg-surface px-4 py-2 text-xs text-muted">
          <p><bdi className="words">{file.by.name}</bdi> · <When date={file.created_at} /> · {sizeOf(language, file.size)}
          {file.width && file.height ? ` · ${file.width} × ${file.height}` : ""}
          {file.visibility === "internal" && <span className="ml-2 font-semibold text-warn">{t("request.internal")}</span>}</p>
          {mayMark && <MarkFile key={file.id} request={record.id} file={file} />}
        </div>
      </div>
    </Sheet>
  );
}
