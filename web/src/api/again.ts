// What the server wants proved anew (403 `reauthentication_required`) is asked for here, once for all that wait; then the refused call is
// made again. Whoever shows the question is further up (src/app/useProof.tsx).
type Asker = () => Promise<boolean>;

let asker: Asker | undefined;
let asking: Promise<boolean> | undefined;

/** Says who asks; gives the way to say that it does not any more. */
export function onStale(ask: Asker): () => void {
  asker = ask;
  return () => void (asker = asker === ask ? undefined : asker);
}

/** Whether it was proved. */
export const provedAgain = () => (asking ??= (asker?.() ?? Promise.resolve(false)).finally(() => void (asking = undefined)));
