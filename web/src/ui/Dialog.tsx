// A modal dialog: the browser's own, which keeps the focus inside, gives it back, closes on Escape, and needs no injected
// style (the Content-Security-Policy would refuse one). On a phone it rises from below. A press beside it closes it, unless
// there are words in it; a press that begins inside and ends outside, as when text is selected, never does.
import { useEffect, useId, useRef, type KeyboardEvent, type ReactNode } from "react";

interface Props {
  title: string;
  onClose: () => void;
  /** Somebody has written something into it. */
  hasWords?: boolean;
  children: ReactNode;
}

/** Ctrl or Cmd with Enter sends the form in which it is pressed. */
export function submitOnCtrlEnter(event: KeyboardEvent<HTMLFormElement>) {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  event.currentTarget.requestSubmit();
}

export function Dialog({ title, onClose, hasWords = false, children }: Props) {
  const ref = useRef<HTMLDialogElement>(null);
  const isPressedBeside = useRef(false);
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
      // A question above it closes by itself: React tells the dialog below of that, too.
      onClose={(event) => event.target === ref.current && onClose()}
      onPointerDown={(event) => void (isPressedBeside.current = event.target === ref.current)}
      onClick={(event) => event.target === ref.current && isPressedBeside.current && !hasWords && onClose()}
      className="m-0 mt-auto w-full max-w-none rounded-t-2xl bg-surface text-ink shadow-2xl sm:m-auto sm:w-[30rem] sm:rounded-2xl"
    >
      <div className="p-5 pb-[max(1.25rem,env(safe-area-inset-bottom))]">
        <h2 id={id} className="mb-4">{title}</h2>
        {children}
      </div>
    </dialog>
  );
}
