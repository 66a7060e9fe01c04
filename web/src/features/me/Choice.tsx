import type { ReactNode } from "react";

/** One of a few, each a button of its own. */
export function Choice({ legend, name, value, options, onChange }: { legend: string; name: string; value: string; options: Record<string, ReactNode>; onChange: (value: string) => void }) {
  return (
    <fieldset>
      <legend className="mb-2 text-lg font-semibold">{legend}</legend>
      <div className="flex flex-wrap gap-2">
        {Object.entries(options).map(([option, words]) => (
          <label key={option} className="flex min-h-11 cursor-pointer items-center rounded-lg border border-edge bg-surface px-4 text-sm font-semibold has-checked:border-accent has-checked:bg-accent-soft has-checked:text-accent-text has-focus-visible:outline-2 has-focus-visible:outline-accent">
            <input type="radio" name={name} value={option} checked={value === option} onChange={() => onChange(option)} className="sr-only" />
            {words}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
