import { Search } from "lucide-react";
import { useEffect, useRef, useState, type KeyboardEvent } from "react";

const TYPING_MS = 250;

/** A search that is told when the typing rests, or at once by Enter. Escape leaves the field: the keys are the page's again. */
export function SearchField({ label, value, onChange }: { label: string; value: string; onChange: (text: string) => void }) {
  const [text, setText] = useState(value);
  const [at] = useState(() => location.pathname);
  const told = useRef(value);
  // What comes back of what was told must not write over what was typed since.
  useEffect(() => {
    if (value !== told.current) setText(value);
    told.current = value;
  }, [value]);
  const tell = () => {
    told.current = text.trim();
    onChange(told.current);
  };
  useEffect(() => {
    if (text.trim() === told.current) return;
    // Whoever has left for a page that has not come yet is not called back.
    const timer = setTimeout(() => at === location.pathname && tell(), TYPING_MS);
    return () => clearTimeout(timer);
  });
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === "Enter" && text.trim() !== told.current) tell();
    if (event.key !== "Escape") return;
    event.preventDefault();
    // Not nowhere: from the beginning of the page, whoever goes by the keyboard finds on.
    event.currentTarget.closest("main")?.focus({ preventScroll: true });
    event.currentTarget.blur();
  };
  return (
    <div className="relative w-full sm:w-72">
      <Search aria-hidden className="pointer-events-none absolute top-1/2 left-3 size-4 -translate-y-1/2 text-muted" />
      <input type="search" dir="auto" data-search aria-label={label} placeholder={label} maxLength={100} value={text} onChange={({ target }) => setText(target.value)} onKeyDown={onKeyDown} className="field pl-9 placeholder:text-muted" />
    </div>
  );
}
