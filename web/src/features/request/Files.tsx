// The files of a request, and those that wait on this device to be sent to it.
import { lazy, Suspense, useState } from "react";
import { Columns2 } from "lucide-react";
import { useTranslation, withMore } from "@/i18n";
import type { RequestRecord } from "@/api/types";
import { useMe } from "@/app/session";
import { useAllKept } from "@/offline/known";
import type { Kept } from "@/offline/queue";
import { attachmentsOf } from "@/resources/file/attachment";
import { Button } from "@/ui/Button";
import { FileTile } from "./FileTile";

/** Where it cannot be loaded, their names say that they wait. */
const Names = ({ files }: { files: readonly Kept[] }) => <ul>{files.map(({ key, what }) => <li key={key} data-waiting-file={what} className="words text-sm text-muted">{what}</li>)}</ul>;
const WaitingFiles = lazy(() => withMore(import("@/resources/file/WaitingFiles")).catch(() => ({ default: Names })));
const Compare = lazy(() => withMore(import("./Compare")));

/** Wide enough for a name, and three beside each other on the smallest phone. */
const GRID = "grid grid-cols-[repeat(auto-fill,minmax(6.25rem,1fr))] gap-3 sm:grid-cols-[repeat(auto-fill,minmax(8rem,1fr))]";

export function Files({ record, onOpen }: { record: RequestRecord; onOpen: (id: string) => void }) {
  const { t } = useTranslation();
  const me = useMe().id;
  const [isComparing, setComparing] = useState(false);
  const files = attachmentsOf(record);
  const waiting = useAllKept().filter(({ user, file, refused }) => user === me && file?.request === record.id && !refused);
  const marked = (mark: string) => files.some((file) => file.mark === mark);
  if (files.length + waiting.length === 0) return null;
  return (
    <section aria-labelledby="files" className="mb-7">
      <h2 id="files" className="mb-3 flex min-h-9 items-center justify-between gap-3">
        <span>{t("request.files")} <span className="text-sm font-normal text-muted tabular-nums">{files.length > 0 && files.length}</span></span>
        {marked("before") && marked("after") && <Button kind="quiet" className="px-2!" onClick={() => setComparing(true)}><Columns2 aria-hidden className="size-4" />{t("request.compare")}</Button>}
      </h2>
      {files.length > 0 && (
        <ul className={GRID}>
          {files.map((file) => <li key={file.id} className="min-w-0"><FileTile request={record.id} file={file} onOpen={() => onOpen(file.id)} /></li>)}
        </ul>
      )}
      {waiting.length > 0 && <Suspense><WaitingFiles files={waiting} /></Suspense>}
      {isComparing && <Suspense><Compare request={record.id} files={files} onClose={() => setComparing(false)} /></Suspense>}
    </section>
  );
}
