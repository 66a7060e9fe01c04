// A modal dialog: the browser's own, which keeps the focus inside, gives it back, closes on Escape, and needs no injected
// style (the Content-Security-Policy would refuse one). On a phone it rises from below.
import { useEffect, useId, useRef, type ReactNode } from "react";

export function Dialog({ title, onClose, children }: { title: string; onClose: () => void; children: ReactNode }) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = ref.current;
    if (dialog && !dialog.open) dialog.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={ref}
      aria-labelledby={id}
      onClose={onClose}
      onClick={(event) => event.target === ref.current && onClose()}
      className="m-0 mt-auto w-full max-w-none rounded-t-2xl bg-surface text-ink shadow-2xl sm:m-auto sm:w-[30rem] sm:rounded-2xl"
    >
      <div className="p-5 pb-[max(1.25rem,env(safe-area-inset-bottom))]">
        <h2 id={id} className="mb-4">{title}</h2>
        {children}
      </div>
    </dialog>
  );
}
