// Says that it was no person who pressed something, but a program with a key of theirs.
import type { Schema } from "@/api/types";

export function ViaMark({ via }: { via: Schema<"ViaKey"> | undefined }) {
  if (!via) return null;
  return <><span className="words rounded border border-line px-1.5 py-0.5 text-xs font-semibold text-muted">API: <span dir="auto">{via.name}</span></span> </>;
}
