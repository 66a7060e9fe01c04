import { useId, type ReactNode } from "react";

interface Described { id: string; dir: "auto"; "aria-invalid": boolean; "aria-describedby": string | undefined }

/** A labelled input with its hint and its error; the input takes what `children` is given. */
export function Field({ label, hint, error, children }: { label: string; hint?: string; error?: string; children: (props: Described) => ReactNode }) {
  const id = useId();
  const describedBy = error ? `${id}-error` : hint ? `${id}-hint` : undefined;
  return (
    <div>
      <label htmlFor={id} className="mb-1.5 flex items-baseline justify-between text-sm font-semibold">{label}</label>
      {children({ id, dir: "auto", "aria-invalid": error !== undefined, "aria-describedby": describedBy })}
      {hint && !error && <p id={`${id}-hint`} className="mt-1.5 text-sm text-muted">{hint}</p>}
      {error && <p id={`${id}-error`} className="mt-1.5 text-sm text-danger">{error}</p>}
    </div>
  );
}
