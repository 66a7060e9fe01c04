import { useState } from "react";
import { useTranslation } from "@/i18n";
import type { Attachment, Mark } from "@/resources/file/attachment";
import { useMark } from "@/resources/file/changes";

const MARKS: (Mark | null)[] = [null, "before", "after"];

/** Whether a picture shows how it was, or how it is now. */
export function MarkFile({ request, file }: { request: string; file: Attachment }) {
  const { t } = useTranslation();
  const marking = useMark(request, file);
  /** What was pressed, until it is so or refused. */
  const [wanted, setWanted] = useState<Mark | null>();
  const now = wanted === undefined ? file.mark : wanted;
  const press = (mark: Mark | null) => {
    setWanted(mark);
    marking.mutate(mark, { onSettled: () => setWanted(undefined) });
  };
  return (
    <div role="radiogroup" aria-label={t("files.mark")} aria-busy={marking.isPending} className="flex rounded-lg bg-sunken p-0.5">
      {MARKS.map((mark) => (
        <label key={mark} className="flex min-h-9 cursor-pointer items-center rounded-md px-2.5 text-sm font-semibold text-muted has-checked:bg-surface has-checked:text-ink has-focus-visible:outline-2 has-focus-visible:outline-accent">
          <input type="radio" name={`mark ${file.id}`} checked={now === mark} onChange={() => press(mark)} className="sr-only" />
          {t(mark === null ? "files.no_mark" : `request.${mark}`)}
        </label>
      ))}
    </div>
  );
}
