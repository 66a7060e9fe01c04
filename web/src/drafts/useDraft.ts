import { useCallback, useEffect, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { useMe } from "@/app/session";
import { blankDraft, forgetDraft, keepOn, kept, onItsWay, onPulled, release, sealed, takeUp, write, type Draft } from "./store";

type Values = Record<string, unknown>;

const isSame = (some: unknown, other: unknown): boolean =>
  typeof some === "string" && typeof other === "string" ? some.trim() === other.trim()
    : typeof some === "object" && some !== null && typeof other === "object" && other !== null
      ? [...new Set([...Object.keys(some), ...Object.keys(other)])].every((name) => isSame((some as Values)[name], (other as Values)[name]))
      : (some ?? null) === (other ?? null);

export interface DraftInUse<V> {
  id: string;
  values: V;
  /** Whether there is something in it that would be missed. */
  hasWords: boolean;
  /** What is written now, also before it is on the page. */
  now: () => V;
  change: (changed: Partial<V>) => void;
  /** The idempotency key under which it is about to be sent as `body`. */
  seal: (body: unknown) => string;
  /** As `seal`, and the place is blank at once, for the next words; `onKept` is to be called when the sent ones are kept elsewhere. */
  handOver: (body: unknown) => { key: string; onKept: () => void };
  /** Whether what is here was sent under this key. */
  isSealedAs: (key: string) => boolean;
  /** It was refused: whatever is sent next is another body under another key. */
  unseal: () => void;
  /** It was sent, or thrown away on purpose. The place is blank again. */
  drop: () => void;
  /** Counts what came from outside: a draft that was taken up, or a blank one after `drop`. */
  taken: number;
}

/** What is being written at this place: with what was begun there before, and kept with every change. `blank` is what counts as nothing. */
export function useDraft<V extends object>(scope: string, blank: V): DraftInUse<V> {
  const { id: user } = useMe();
  const start = useRef(blank);
  const draft = useRef<Draft>(null);
  draft.current ??= { ...blankDraft(scope), values: blank as Values };
  const [shown, setShown] = useState({ values: blank, taken: 0 });
  const isBlank = useCallback((values: unknown) => isSame(values, start.current), []);

  const take = useCallback((taken: Draft) => {
    draft.current = taken;
    // At once: what is typed before it is on the page would be written over it.
    flushSync(() => setShown((before) => ({ values: { ...start.current, ...(taken.values as V) }, taken: before.taken + 1 })));
  }, []);
  useEffect(() => {
    let isHere = true;
    const look = async () => {
      const found = await takeUp(user, scope);
      // Who was quicker than the browser's answer goes on with what they type.
      if (isHere && found && isBlank(draft.current!.values)) take(found);
      else if (found && found.id !== draft.current!.id) release(user, found);
    };
    void look();
    // Another device wrote on, or sent it. Neither touches what was written here since.
    const stop = onPulled((of, gone) => {
      if (of !== user) return;
      const [mine, now] = [draft.current!, kept(user, draft.current!.id)];
      if (isBlank(mine.values)) void look();
      else if (now && now.at > mine.at) take(now);
      else if (gone.includes(mine.id)) take({ ...blankDraft(scope), values: start.current as Values });
    });
    return () => {
      isHere = false;
      stop();
      release(user, draft.current!);
    };
  }, [user, scope, take, isBlank]);

  const change = useCallback((changed: Partial<V>) => {
    const values = { ...draft.current!.values, ...changed };
    draft.current = write(user, draft.current!, values, isBlank(values));
    setShown((before) => ({ ...before, values: values as V }));
  }, [user, isBlank]);
  const now = useCallback(() => ({ ...start.current, ...(draft.current!.values as V) }), []);
  const seal = useCallback((body: unknown) => {
    draft.current = keepOn(user, sealed(draft.current!, body));
    return draft.current.key;
  }, [user]);
  const isSealedAs = useCallback((key: string) => draft.current!.key === key && draft.current!.sent !== undefined, []);
  const unseal = useCallback(() => void (draft.current = keepOn(user, { ...draft.current!, key: crypto.randomUUID(), sent: undefined })), [user]);
  const handOver = useCallback((body: unknown) => {
    const handed = onItsWay(user, sealed(draft.current!, body));
    take({ ...blankDraft(scope), values: start.current as Values });
    return { key: handed.key, onKept: () => forgetDraft(user, handed) };
  }, [user, scope, take]);
  const drop = useCallback(() => {
    forgetDraft(user, draft.current!);
    take({ ...blankDraft(scope), values: start.current as Values });
  }, [user, scope, take]);
  return { id: draft.current.id, ...shown, hasWords: !isBlank(shown.values), now, change, seal, handOver, isSealedAs, unseal, drop };
}
