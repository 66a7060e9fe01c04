// How it was beside how it is now. Where there are several of one, which is shown is chosen.
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { addressOf, type Attachment, type Mark } from "@/resources/file/attachment";
import { Select } from "@/ui/Select";
import { Sheet } from "@/ui/Sheet";
import { When } from "@/ui/time";

export default function Compare({ request, files, onClose }: { request: string; files: readonly Attachment[]; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Sheet title={t("request.compare")} onClose={onClose}>
      <div className="grid h-full grid-rows-2 gap-2 p-2 sm:grid-cols-2 sm:grid-rows-1">
        {(["before", "after"] as const).map((mark) => <Side key={mark} mark={mark} request={request} files={files.filter((file) => file.mark === mark)} />)}
      </div>
    </Sheet>
  );
}

function Side({ mark, request, files }: { mark: Mark; request: string; files: readonly Attachment[] }) {
  const { t } = useTranslation();
  // The first of what was, the last of what is.
  const [chosen, setChosen] = useState<string>();
  const file = files.find(({ id }) => id === chosen) ?? files.at(mark === "before" ? 0 : -1);
  return (
    <figure className="flex min-h-0 flex-col overflow-hidden rounded-xl border bg-surface">
      <figcaption className="flex flex-wrap items-center justify-between gap-2 px-3 py-1.5 text-sm">
        <b>{t(`request.${mark}`)}</b>
        {file && <span className="text-xs text-muted"><When date={file.created_at} /></span>}
        {files.length > 1 && (
          <Select aria-label={t(`request.${mark}`)} value={file?.id} onChange={({ target }) => setChosen(target.value)}>
            {files.map(({ id, filename }) => <option key={id} value={id}>{filename}</option>)}
          </Select>
        )}
      </figcaption>
      <div className="relative min-h-0 flex-1 bg-sunken">{file && <img src={addressOf(request, file)} alt={file.filename} className="absolute inset-0 size-full object-contain" />}</div>
    </figure>
  );
}
