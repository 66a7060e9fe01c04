import { Search } from "lucide-react";
import { useEffect, useState, type KeyboardEvent } from "react";

const TYPING_MS = 250;

/** Escape leaves the field and what was searched for: the keys are the page's again. */
function leave(event: KeyboardEvent<HTMLInputElement>) {
  if (event.key !== "Escape") return;
  event.preventDefault();
  event.currentTarget.blur();
}

/** A search that is told when the typing rests. */
export function SearchField({ label, value, onChange }: { label: string; value: string; onChange: (text: string) => void }) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text.trim() === value) return;
    const timer = setTimeout(() => onChange(text.trim()), TYPING_MS);
    return () => clearTimeout(timer);
  });
  return (
    <div className="relative w-full sm:w-72">
      <Search aria-hidden className="pointer-events-none absolute top-1/2 left-3 size-4 -translate-y-1/2 text-muted" />
      <input type="search" dir="auto" data-search aria-label={label} placeholder={label} maxLength={100} value={text} onChange={({ target }) => setText(target.value)} onKeyDown={leave} className="field pl-9 placeholder:text-muted" />
    </div>
  );
}
