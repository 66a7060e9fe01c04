// A field that is searched as one types, and takes one of what is found (the combobox pattern of ARIA: the focus stays in the field).
import { X } from "lucide-react";
import { useId, useState, type KeyboardEvent } from "react";

export interface Option { id: string; title: string; hint?: string }

interface Props {
  id?: string;
  "aria-invalid"?: boolean;
  "aria-describedby"?: string;
  "aria-label"?: string;
  /** What is chosen, in words; nothing where nothing is. */
  chosen?: string;
  options: Option[];
  /** Said where nothing is found, and what takes the choice away. */
  words: { none: string; clear: string; busy: string };
  isBusy: boolean;
  autoFocus?: boolean;
  /** What is looked for, as it is typed. */
  onType: (text: string) => void;
  onPick: (option: Option | null) => void;
}

export function Combobox({ chosen, options, words, isBusy, onType, onPick, autoFocus, ...field }: Props) {
  const list = useId();
  const [text, setText] = useState<string>();
  const [at, setAt] = useState(0);
  const isOpen = text !== undefined;
  const type = (typed: string) => { setText(typed); setAt(0); onType(typed.trim()); };
  const close = () => { setText(undefined); onType(""); };
  const pick = (option: Option | null) => { close(); onPick(option); };
  const active = Math.min(at, options.length - 1);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      if (!isOpen) type("");
      else if (options.length > 0) setAt((active + step + options.length) % options.length);
    } else if (event.key === "Enter" && isOpen && !(event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      const option = options[active];
      if (option) pick(option);
    } else if (event.key === "Escape" && isOpen) {
      // The dialog around it stays.
      event.preventDefault();
      event.stopPropagation();
      close();
    }
  };
  return (
    <div className="relative" onBlur={({ currentTarget, relatedTarget }) => !currentTarget.contains(relatedTarget) && isOpen && close()}>
      <input
        {...field} type="text" role="combobox" dir="auto" autoComplete="off" autoFocus={autoFocus} aria-expanded={isOpen} aria-controls={list} aria-autocomplete="list"
        aria-activedescendant={isOpen && options[active] ? `${list}-${active}` : undefined}
        value={text ?? chosen ?? ""} onChange={({ target }) => type(target.value)} onClick={() => !isOpen && type("")} onKeyDown={onKeyDown}
        className={`field ${chosen ? "pr-12" : ""}`}
      />
      {chosen && <button type="button" aria-label={words.clear} onClick={() => pick(null)} className="absolute top-0 right-0 grid size-11 place-items-center rounded-lg text-muted hover:bg-sunken sm:size-10"><X aria-hidden className="size-4" /></button>}
      <ul id={list} role="listbox" aria-label={field["aria-label"] ?? words.none} hidden={!isOpen || options.length === 0} className="absolute inset-x-0 top-full z-20 mt-1 max-h-64 overflow-y-auto rounded-lg border border-edge bg-surface py-1 shadow-lg">
        {isOpen && options.map((option, index) => (
          <li
            key={option.id} id={`${list}-${index}`} role="option" aria-selected={index === active}
            ref={index === active ? (element) => element?.scrollIntoView({ block: "nearest" }) : undefined}
            // The focus stays in the field.
            onPointerDown={(event) => event.preventDefault()} onClick={() => pick(option)}
            className="min-h-11 cursor-pointer px-3 py-1.5 text-sm aria-selected:bg-accent-soft aria-selected:text-accent-text"
          >
            <span dir="auto" className="words block font-semibold">{option.title}</span>
            {option.hint && <span dir="auto" className="words block text-xs text-muted">{option.hint}</span>}
          </li>
        ))}
      </ul>
      {isOpen && options.length === 0 && <p role="status" className="mt-1 text-sm text-muted">{isBusy ? words.busy : words.none}</p>}
    </div>
  );
}
