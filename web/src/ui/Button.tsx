import type { ComponentProps } from "react";

const KINDS = {
  primary: "border border-transparent bg-accent text-accent-ink hover:brightness-110",
  plain: "border border-edge bg-surface text-ink hover:bg-sunken",
  quiet: "text-accent-text hover:bg-accent-soft",
  danger: "border border-danger text-danger hover:bg-danger-soft",
};

export const buttonClass = (kind: keyof typeof KINDS = "plain") =>
  `inline-flex min-h-11 sm:min-h-9 items-center justify-center gap-2 rounded-lg px-4 text-sm font-semibold transition-colors disabled:opacity-55 ${KINDS[kind]}`;

/** A button; `busy` says that its work is on the way and refuses a second press. */
export function Button({ kind, busy, className = "", ...props }: ComponentProps<"button"> & { kind?: keyof typeof KINDS; busy?: boolean }) {
  return <button type="button" {...props} disabled={props.disabled || busy} aria-busy={busy || undefined} className={`${buttonClass(kind)} ${className}`} />;
}
