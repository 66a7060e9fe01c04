// Files on their way to a request: how much of each has left, and the ways to let it wait, to let it go on, and not to send it at all.
import { CloudUpload, Pause, Play, X } from "lucide-react";
import { useTranslation } from "@/i18n";
import { pauseFile } from "@/offline/decide";
import type { KeptFile } from "@/offline/files";
import type { Kept } from "@/offline/queue";
import { useDiscard } from "@/offline/useDiscard";
import { isolated } from "@/ui/isolated";
import { sizeOf } from "@/ui/size";
import { FileIcon } from "./FileIcon";
import { useProgress } from "./progress";
import { usePreview } from "./usePreview";

export default function WaitingFiles({ files }: { files: readonly Kept[] }) {
  const { t } = useTranslation();
  return (
    <ul aria-label={t("files.waiting")} className="mt-3 divide-y rounded-xl border border-dashed border-edge first:mt-0">
      {files.map((file) => <Item key={file.key} change={file as KeptFile} />)}
    </ul>
  );
}

function Item({ change }: { change: KeptFile }) {
  const { t, language } = useTranslation();
  const discard = useDiscard();
  const { key, what, file } = change;
  const preview = usePreview(key, file.type);
  const part = useProgress(key);
  const state = file.isPaused ? t("files.paused") : part === undefined ? t("request.waiting") : part < 1 ? `${Math.floor(part * 100)} %` : t("files.kept_there");
  const name = isolated(what);
  const button = "grid size-11 shrink-0 place-items-center rounded-lg text-muted hover:bg-sunken sm:size-9";
  return (
    <li data-waiting-file={what} className="flex items-center gap-3 p-2 text-sm">
      {preview && !file.type.startsWith("audio/") ? <img src={preview} alt="" className="size-11 shrink-0 rounded object-cover" /> : <span className="grid size-11 shrink-0 place-items-center text-muted"><FileIcon type={file.type} className="size-6" /></span>}
      <div className="min-w-0 flex-1">
        <p dir="auto" className="truncate font-semibold">{what}</p>
        <p className="flex flex-wrap items-center gap-x-2 text-xs text-muted">
          <CloudUpload aria-hidden className="size-3.5" />{state} · {sizeOf(language, file.size)}
          {file.visibility === "internal" && <span className="font-semibold text-warn">{t("request.internal")}</span>}
        </p>
        {part !== undefined && (
          <div role="progressbar" aria-label={name} aria-valuenow={Math.floor(part * 100)} className="mt-1.5 h-1.5 overflow-hidden rounded-full bg-sunken">
            <div className="h-full rounded-full bg-accent" style={{ width: `${part * 100}%` }} />
          </div>
        )}
      </div>
      <button type="button" aria-label={t(file.isPaused ? "files.go_on" : "files.pause", { name })} className={button} onClick={() => void pauseFile(change, !file.isPaused)}>
        {file.isPaused ? <Play aria-hidden className="size-4" /> : <Pause aria-hidden className="size-4" />}
      </button>
      <button type="button" aria-label={t("files.leave_out", { name })} className={button} onClick={() => void discard(change)}><X aria-hidden className="size-4" /></button>
    </li>
  );
}
