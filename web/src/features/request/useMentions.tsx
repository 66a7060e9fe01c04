// The list of names that fits what is written behind an `@`: a list box that the text field controls (ARIA 1.2, "combobox": the focus
// stays in the field). It lies above the field, so that nothing moves. Without a network there is none, and the words are sent as they are.
import { useQuery } from "@tanstack/react-query";
import { useId, useLayoutEffect, useRef, useState, type KeyboardEvent, type RefObject } from "react";
import { useTranslation } from "@/i18n";
import { api, dataOf } from "@/api/client";
import { orLastAnswer } from "@/offline/answers";
import { Portrait } from "@/resources/user/Portrait";
import { fitting, inserted, soughtAt, type Named } from "./mentions";

const options = (id: string) => ({
  queryKey: ["mentionable", id],
  queryFn: ({ signal }: { signal: AbortSignal }) => orLastAnswer(`mentionable ${id}`, () => dataOf(api.GET("/api/requests/{id}/mentionable", { params: { path: { id } }, signal }))),
  staleTime: 60_000,
  retry: false,
});

export function useMentions(id: string, field: RefObject<HTMLTextAreaElement | null>, text: string, onChange: (text: string) => void) {
  const { t } = useTranslation();
  const list = useId();
  const [caret, setCaret] = useState<number>();
  const [chosen, setChosen] = useState(0);
  const [closedAt, setClosedAt] = useState<number>();
  const next = useRef<number>(undefined);
  const sought = caret === undefined ? undefined : soughtAt(text, caret);
  const { data } = useQuery({ ...options(id), enabled: sought !== undefined });
  const people = sought === undefined || sought.at === closedAt ? [] : fitting(data?.items ?? [], sought.text);
  const isOpen = people.length > 0;
  const at = Math.min(chosen, people.length - 1);
  useLayoutEffect(() => {
    if (next.current === undefined) return;
    field.current?.setSelectionRange(next.current, next.current);
    next.current = undefined;
  }, [text]);
  const choose = (person: Named) => {
    if (caret === undefined || sought === undefined) return;
    const written = inserted(text, caret, sought, person);
    next.current = written.caret;
    setCaret(written.caret);
    setClosedAt(sought.at);
    onChange(written.text);
  };
  /** Whether the key was for the list. */
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): boolean => {
    // What an input method composes is its own, its Enter too.
    if (!isOpen || event.nativeEvent.isComposing || event.ctrlKey || event.metaKey || event.altKey) return false;
    const moves: Record<string, () => void> = {
      ArrowDown: () => setChosen((at + 1) % people.length),
      ArrowUp: () => setChosen((at + people.length - 1) % people.length),
      Enter: () => choose(people[at]!),
      Tab: () => choose(people[at]!),
      Escape: () => setClosedAt(sought?.at),
    };
    const move = event.shiftKey ? undefined : moves[event.key];
    if (!move) return false;
    event.preventDefault();
    event.stopPropagation();
    move();
    return true;
  };
  const onSelect = (target: HTMLTextAreaElement) => {
    setCaret(target.selectionStart === target.selectionEnd ? target.selectionStart : undefined);
    const now = soughtAt(target.value, target.selectionStart);
    if (now?.text !== sought?.text) setChosen(0);
    if (now?.at !== closedAt) setClosedAt(undefined);
  };
  return {
    onKeyDown,
    field: {
      "aria-autocomplete": "list" as const,
      "aria-controls": isOpen ? list : undefined,
      "aria-activedescendant": isOpen ? `${list}-${at}` : undefined,
      onSelect: ({ currentTarget }: { currentTarget: HTMLTextAreaElement }) => onSelect(currentTarget),
      onBlur: () => setCaret(undefined),
    },
    list: (
      <>
        <span role="status" className="sr-only">{isOpen && t("request.names", { count: people.length })}</span>
        {isOpen && (
          <ul id={list} role="listbox" aria-label={t("request.names_label")} className="absolute inset-x-0 bottom-full z-20 mb-1 max-h-60 overflow-y-auto rounded-xl border border-edge bg-surface p-1 shadow-lg">
            {people.map((person, number) => (
              // The focus stays in the field; a press that is drawn away chooses nobody.
              <li key={person.id} id={`${list}-${number}`} role="option" aria-selected={number === at} onPointerDown={(event) => event.preventDefault()} onMouseDown={(event) => event.preventDefault()} onClick={() => choose(person)} className={`flex min-h-11 cursor-pointer items-center rounded-lg px-3 text-sm sm:min-h-9 ${number === at ? "bg-accent-soft text-accent-text" : "hover:bg-sunken"}`}>
                <Portrait person={person} className="mr-2 size-6 text-[0.625rem]" /><bdi className="words">{person.name}</bdi>
              </li>
            ))}
          </ul>
        )}
      </>
    ),
  };
}
