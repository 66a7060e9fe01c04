// One line at the top while something is not as it should be: no connection, or changes that wait on this device.
import { useState, useSyncExternalStore } from "react";
import { CloudOff, Send } from "lucide-react";
import { useTranslation } from "@/i18n";
import { useConnection } from "@/resources/request/LiveLists";
import { useQueue } from "@/offline/queue";
import { QueueDialog } from "./QueueDialog";
import { useMe } from "./session";

const subscribe = (changed: () => void) => {
  addEventListener("online", changed);
  addEventListener("offline", changed);
  return () => {
    removeEventListener("online", changed);
    removeEventListener("offline", changed);
  };
};

export function ConnectionBar() {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const connection = useConnection();
  const online = useSyncExternalStore(subscribe, () => navigator.onLine);
  const me = useMe().id;
  const queue = useQueue(me);
  const refused = queue.filter((change) => change.refused).length;
  const words = !online ? t("live.offline") : connection === "lost" ? t("live.lost") : null;
  return (
    <div role="status" className="sticky top-0 z-20 empty:hidden">
      {(words !== null || queue.length > 0) && (
        <div className="flex min-h-10 flex-wrap items-center gap-x-3 gap-y-1 border-b bg-warn-soft px-4 py-1 text-sm font-semibold text-warn sm:px-6 lg:px-8">
          {words !== null && <span className="flex items-center gap-2"><CloudOff aria-hidden className="size-4 shrink-0" />{words}</span>}
          {queue.length > 0 && (
            <button type="button" className="flex min-h-8 items-center gap-2 underline underline-offset-4" onClick={() => setOpen(true)}>
              <Send aria-hidden className="size-4" />
              {refused > 0 ? t("queue.refused", { count: refused }) : t("queue.waiting", { count: queue.length })}
            </button>
          )}
        </div>
      )}
      {isOpen && <QueueDialog user={me} changes={queue} onClose={() => setOpen(false)} />}
    </div>
  );
}
