// A file of a request in small: its picture or its kind, its name, its size, and what it is marked as.
import { Lock } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { thumbnailOf, type Attachment } from "@/resources/file/attachment";
import { FileIcon } from "@/resources/file/FileIcon";
import { isolated } from "@/ui/isolated";
import { sizeOf } from "@/ui/size";

interface Props { request: string; file: Attachment; onOpen: () => void }

export function FileTile({ request, file, onOpen }: Props) {
  const { t, language } = useTranslation();
  const isInternal = file.visibility === "internal";
  const says = [isolated(file.filename), sizeOf(language, file.size), file.mark && t(`request.${file.mark}`), isInternal && t("request.internal")].filter(Boolean).join(", ");
  return (
    <button type="button" data-file={file.filename} aria-label={says} onClick={onOpen} className={`group w-full overflow-hidden rounded-xl border bg-surface text-left hover:border-edge ${isInternal ? "border-dashed border-warn" : ""}`}>
      <span className="relative block aspect-[4/3] bg-sunken">
        <Small request={request} file={file} />
        {file.mark && <span className="absolute top-1.5 left-1.5 rounded bg-accent px-1.5 text-xs font-semibold text-accent-ink">{t(`request.${file.mark}`)}</span>}
        {isInternal && <span className="absolute top-1.5 right-1.5 grid size-6 place-items-center rounded bg-warn-soft text-warn"><Lock aria-hidden className="size-3.5" /></span>}
      </span>
      <span className="block px-2 py-1.5 text-xs">
        <span dir="auto" className="block truncate font-semibold">{file.filename}</span>
        <span className="text-muted">{sizeOf(language, file.size)}</span>
      </span>
    </button>
  );
}

/** Its small picture; without a network, and where there is none, its kind. */
export function Small({ request, file, className = "absolute inset-0 size-full object-cover" }: Omit<Props, "onOpen"> & { className?: string }) {
  const [isMissing, setMissing] = useState(false);
  if (file.thumbnail && !isMissing) return <img src={thumbnailOf(request, file)} alt="" loading="lazy" decoding="async" onError={() => setMissing(true)} className={className} />;
  return <span className={`grid place-items-center text-muted ${className}`}><FileIcon type={file.content_type} className="size-1/2 max-h-10 max-w-10" /></span>;
}
