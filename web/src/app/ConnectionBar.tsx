// One line at the top while something is not as it should be: no connection, or changes that wait on this device.
import { lazy, Suspense, useEffect, useState, useSyncExternalStore } from "react";
import { CloudOff, Send } from "lucide-react";
import { useTranslation, withMore } from "@/i18n";
import { useConnection } from "@/resources/request/LiveLists";
import { useQueue } from "@/offline/queue";
import { sizeOf } from "@/ui/size";
import { useMe } from "./session";

/** What few see: whoever has a connection has nothing that waits. */
const QueueDialog = lazy(() => import("./QueueDialog"));

const subscribe = (changed: () => void) => {
  addEventListener("online", changed);
  addEventListener("offline", changed);
  return () => {
    removeEventListener("online", changed);
    removeEventListener("offline", changed);
  };
};

export function ConnectionBar() {
  const { t, language } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const connection = useConnection();
  const online = useSyncExternalStore(subscribe, () => navigator.onLine);
  const me = useMe().id;
  const queue = useQueue(me);
  const refused = queue.filter((change) => change.refused).length;
  const files = queue.filter((change) => change.file);
  const size = files.reduce((sum, { file }) => sum + (file?.size ?? 0), 0);
  const waiting = [
    queue.length > files.length && t("queue.waiting", { count: queue.length - files.length }),
    files.length > 0 && t("queue.files", { count: files.length, size: sizeOf(language, size) }),
  ].filter(Boolean).join(", ");
  // Why a file was refused is said in words that come later than the others.
  const hasRefusedFile = files.some((change) => change.refused);
  useEffect(() => {
    if (hasRefusedFile) void withMore(Promise.resolve()).catch(() => undefined);
  }, [hasRefusedFile]);
  const words = !online ? t("live.offline") : connection === "lost" ? t("live.lost") : null;
  return (
    <div role="status" className="sticky top-0 z-20 empty:hidden">
      {(words !== null || queue.length > 0) && (
        <div className="flex min-h-10 flex-wrap items-center gap-x-3 gap-y-1 border-b bg-warn-soft px-4 py-1 text-sm font-semibold text-warn sm:px-6 lg:px-8">
          {words !== null && <span className="flex items-center gap-2"><CloudOff aria-hidden className="size-4 shrink-0" />{words}</span>}
          {queue.length > 0 && (
            <button type="button" className="flex min-h-8 items-center gap-2 underline underline-offset-4" onClick={() => setOpen(true)}>
              <Send aria-hidden className="size-4" />
              {refused > 0 ? t("queue.refused", { count: refused }) : waiting}
            </button>
          )}
        </div>
      )}
      {isOpen && <Suspense><QueueDialog user={me} changes={queue} onClose={() => setOpen(false)} /></Suspense>}
    </div>
  );
}
