// Somebody's portrait, or their initials where there is none. It stands beside a name, so it says nothing to those who hear the page.
import { useState } from "react";
import { initialsOf, toneOf } from "./initials";

const TONES = ["bg-accent-soft text-accent-text", "bg-info-soft text-info", "bg-violet-soft text-violet", "bg-warn-soft text-warn", "bg-sunken text-muted"];

export function Avatar({ id, name, src, className = "size-6 text-[0.625rem]" }: { id: string; name: string; src?: string; className?: string }) {
  const [broken, setBroken] = useState<string>();
  const look = `inline-grid shrink-0 place-items-center overflow-hidden rounded-full align-middle font-semibold select-none ${className}`;
  if (src !== undefined && src !== broken) return <img src={src} alt="" decoding="async" onError={() => setBroken(src)} className={`${look} object-cover`} />;
  return <span aria-hidden className={`${look} ${TONES[toneOf(id, TONES.length)]}`}>{initialsOf(name)}</span>;
}
