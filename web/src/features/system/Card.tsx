import type { ReactNode } from "react";

export function Card({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="min-w-0 card p-4">
      <h2 className="mb-3 font-bold">{title}</h2>
      {children}
    </section>
  );
}

/** A table that scrolls sideways by itself where it has to. */
export function Table({ label, heads, rows }: { label: string; heads: string[]; rows: { key: string; cells: ReactNode[] }[] }) {
  return (
    <div className="-mx-4 overflow-x-auto px-4" tabIndex={0} role="region" aria-label={label}>
      <table className="w-full text-sm">
        <thead>
          <tr className="border-b border-line text-left text-xs text-muted">{heads.map((head) => <th key={head} scope="col" className="py-1.5 pr-4 font-semibold whitespace-nowrap not-first:text-right last:pr-0">{head}</th>)}</tr>
        </thead>
        <tbody>
          {rows.map(({ key, cells }) => (
            <tr key={key} className="border-b border-line last:border-0">{cells.map((cell, index) => <td key={heads[index]} className="py-2 pr-4 whitespace-nowrap tabular-nums not-first:text-right last:pr-0">{cell}</td>)}</tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function Numbers({ items }: { items: [string, ReactNode][] }) {
  return (
    <dl className="grid grid-cols-2 gap-3 sm:grid-cols-3">
      {items.map(([name, value]) => (
        <div key={name}><dt className="text-xs text-muted">{name}</dt><dd className="text-lg font-bold tabular-nums">{value}</dd></div>
      ))}
    </dl>
  );
}

export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
