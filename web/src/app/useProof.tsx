// Shows the question of src/api/again.ts, wherever somebody is signed in: what was refused waits behind it, with all that was written.
import { lazy, Suspense, useEffect, useState } from "react";
import { onStale } from "@/api/again";
import { withMore } from "@/i18n";

const ProveAgain = lazy(() => withMore(import("@/resources/factor/ProveAgain")));

export function useProof() {
  const [waiting, setWaiting] = useState<{ end: (isProved: boolean) => void }>();
  useEffect(() => onStale(() => new Promise((end) => setWaiting({ end }))), []);
  if (!waiting) return null;
  const onEnd = (isProved: boolean) => {
    setWaiting(undefined);
    waiting.end(isProved);
  };
  return <Suspense><ProveAgain onEnd={onEnd} /></Suspense>;
}
