// A dialog over the whole window: for what is looked at, not asked. The browser's own, as ui/Dialog.tsx; on its keys, the caller decides.
import { X } from "lucide-react";
import { useEffect, useId, useRef, type KeyboardEvent, type ReactNode } from "react";
import { useTranslation } from "@/i18n";

interface Props {
  title: string;
  /** Beside the title. */
  tools?: ReactNode;
  onKeyDown?: (event: KeyboardEvent) => void;
  onClose: () => void;
  children: ReactNode;
}

export function Sheet({ title, tools, onKeyDown, onClose, children }: Props) {
  const { t } = useTranslation();
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = ref.current;
    if (dialog && !dialog.open) dialog.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog ref={ref} aria-labelledby={id} onKeyDown={onKeyDown} onClose={(event) => event.target === ref.current && onClose()} className="m-0 h-dvh max-h-none w-dvw max-w-none bg-page text-ink">
      <div className="flex h-full flex-col pb-[env(safe-area-inset-bottom)]">
        <div className="flex flex-wrap items-center gap-x-2 gap-y-1 border-b bg-surface px-3 py-2">
          <h2 id={id} dir="auto" className="min-w-0 flex-1 truncate px-1 text-base!">{title}</h2>
          <button type="button" aria-label={t("common.close")} className="order-1 grid size-11 shrink-0 place-items-center rounded-lg text-muted hover:bg-sunken sm:order-2" onClick={() => ref.current?.close()}><X aria-hidden className="size-5" /></button>
          <div className="order-2 flex w-full flex-wrap items-center gap-1 empty:hidden sm:order-1 sm:w-auto">{tools}</div>
        </div>
        <div className="relative min-h-0 flex-1">{children}</div>
      </div>
    </dialog>
  );
}
