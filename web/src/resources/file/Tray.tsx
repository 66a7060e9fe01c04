// What was chosen and is not sent yet: each with its picture or its kind, its size, and the way to leave it out.
import { X } from "lucide-react";
import { useTranslation } from "@/i18n";
import { MARK } from "@/api/words";
import type { KeptFile } from "@/offline/files";
import { isolated } from "@/ui/isolated";
import { sizeOf } from "@/ui/size";
import type { Mark } from "./attachment";
import { isOnlyHere } from "./drafted";
import { FileIcon } from "./FileIcon";
import { usePreview } from "./usePreview";

interface Props {
  files: readonly KeptFile[];
  /** So many more are being made ready. */
  coming: number;
  onRemove: (file: KeptFile) => void;
  /** Where pictures may show how work was, or how it is now. */
  onMark?: (file: KeptFile, mark: Mark | undefined) => void;
}

export function Tray({ files, coming, onRemove, onMark }: Props) {
  const { t } = useTranslation();
  if (files.length + coming === 0) return null;
  return (
    <>
      <ul aria-label={t("files.chosen")} className="flex flex-wrap gap-2">
        {files.map((file) => <Item key={file.key} file={file} onRemove={() => onRemove(file)} onMark={onMark && ((mark) => onMark(file, mark))} />)}
        {Array.from({ length: coming }, (_, place) => <li key={place} aria-hidden className="skeleton h-14 w-44 rounded-lg bg-sunken" />)}
      </ul>
      {files.some(isOnlyHere) && <p role="alert" className="text-sm text-warn">{t("files.no_room")}</p>}
    </>
  );
}

function Item({ file: { key, what, file }, onRemove, onMark }: { file: KeptFile; onRemove: () => void; onMark?: (mark: Mark | undefined) => void }) {
  const { t, language } = useTranslation();
  const preview = usePreview(key, file.type);
  const isHeard = file.type.startsWith("audio/");
  return (
    <li data-chosen={what} className="flex max-w-full items-center gap-2 rounded-lg border bg-surface p-1.5 text-sm">
      {preview && !isHeard ? <img src={preview} alt="" className="size-11 shrink-0 rounded object-cover" /> : <span className="grid size-11 shrink-0 place-items-center text-muted"><FileIcon type={file.type} className="size-6" /></span>}
      <span className="min-w-0 max-w-40">
        <span dir="auto" className="block truncate">{what}</span>
        <span className="block text-xs text-muted">{sizeOf(language, file.size)}</span>
      </span>
      {preview && isHeard && <audio controls src={preview} aria-label={what} className="h-9 w-40 min-w-0" />}
      {onMark && file.type.startsWith("image/") && (
        <select aria-label={t("files.mark_of", { name: isolated(what) })} value={file.mark ?? ""} onChange={({ target }) => onMark((target.value || undefined) as Mark | undefined)} className="min-h-9 rounded-lg border border-edge bg-surface px-1 text-xs">
          <option value="">{t("files.no_mark")}</option>
          {MARK.map((mark) => <option key={mark} value={mark}>{t(`request.${mark}`)}</option>)}
        </select>
      )}
      <button type="button" aria-label={t("files.leave_out", { name: isolated(what) })} className="grid size-9 shrink-0 place-items-center rounded-lg text-muted hover:bg-sunken" onClick={onRemove}><X aria-hidden className="size-4" /></button>
    </li>
  );
}
