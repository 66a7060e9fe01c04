// The filters that act and that no control of the bar shows in full: several values of a field, a no, a person. Each can be
// taken away by itself.
import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { lazy, Suspense, useEffect, useRef } from "react";
import { useTranslation } from "@/i18n";
import type { Role, Summary } from "@/api/types";
import { fieldOf, sayValue } from "@/resources/request/fields";
import { FILTER_CONTROLS, type Filters } from "@/resources/request/filters";
import type { Noun } from "@/resources/request/named";
import { userOptions } from "@/resources/user/queries";

interface Props {
  filters: Filters;
  role: Role;
  rows: Summary[];
  onChange: (changed: Partial<Filters>) => void;
  /** The last one is gone, and the focus with it. */
  onLast: () => void;
}
interface Chip { key: string; label: string; value?: string; person?: string; named?: { noun: Noun; id: string }; without: Partial<Filters> }
const PEOPLE = ["assignee", "requester"] as const;
const NAMED = [["location", "request.place"], ["asset", "request.asset"]] as const;
const ThingName = lazy(() => import("@/resources/place/ThingName"));

export function FilterChips({ filters, role, rows, onChange, onLast }: Props) {
  const { t } = useTranslation();
  const list = useRef<HTMLUListElement>(null);
  const removed = useRef<number | null>(null);
  const chips = [...fieldChips(), ...fileChips(), ...namedChips(), ...peopleChips()];
  useEffect(() => {
    if (removed.current === null) return;
    const buttons = list.current?.querySelectorAll("button") ?? [];
    const next = buttons[Math.min(removed.current, buttons.length - 1)];
    removed.current = null;
    if (next) next.focus();
    else onLast();
  }, [filters]);

  function fieldChips(): Chip[] {
    return FILTER_CONTROLS.flatMap((name): Chip[] => {
      const [value, label] = [filters[name] as unknown, t(fieldOf(name).label)];
      if (value === false) return [{ key: name, label, value: sayValue(t, name, value), without: { [name]: undefined } }];
      if (!Array.isArray(value) || value.length < 2) return [];
      return value.map((word: string) => ({ key: name + word, label, value: sayValue(t, name, word), without: { [name]: value.filter((other) => other !== word) } }));
    });
  }
  function fileChips(): Chip[] {
    // What the bar's button tells is no chip.
    return filters.files === false ? [{ key: "files", label: t("list.with_files"), value: t("common.no"), without: { files: undefined } }] : [];
  }
  function namedChips(): Chip[] {
    return NAMED.flatMap(([noun, label]): Chip[] => {
      const id = filters[noun];
      return id === undefined ? [] : [{ key: noun, label: t(label), named: { noun, id }, without: { [noun]: undefined } }];
    });
  }
  function peopleChips(): Chip[] {
    // One of the two the bar's own choice tells, unless it is not there.
    const told = role === "requester" ? undefined : PEOPLE.find((name) => filters[name] === "me");
    return PEOPLE.flatMap((name): Chip[] => {
      const who = filters[name];
      if (who === undefined || name === told) return [];
      return [{ key: name, label: t(`list.${name}`), ...(who === "me" ? { value: t("list.me") } : { person: who }), without: { [name]: undefined } }];
    });
  }

  if (chips.length === 0) return null;
  return (
    <ul ref={list} aria-label={t("list.acting")} className="flex flex-wrap gap-2">
      {chips.map(({ key, label, value, person, named, without }, index) => (
        <li key={key} className="max-w-full">
          <button
            type="button"
            onClick={() => { removed.current = index; onChange(without); }}
            className="inline-flex min-h-9 max-w-full items-center gap-1.5 rounded-lg border border-accent bg-accent-soft px-3 text-sm text-accent-text sm:min-h-8"
          >
            <span className="sr-only">{t("list.remove")} </span>
            <span className="shrink-0">{label}</span>{" "}
            <span dir="auto" className="truncate font-semibold">{person ? <PersonName id={person} role={role} rows={rows} /> : named ? <Suspense fallback="…"><ThingName {...named} /></Suspense> : value}</span>
            <X aria-hidden className="size-4 shrink-0" />
          </button>
        </li>
      ))}
    </ul>
  );
}

/** A person as the rows call them, or as those are told who may ask. */
function PersonName({ id, role, rows }: { id: string; role: Role; rows: Summary[] }) {
  const { t } = useTranslation();
  const known = rows.flatMap(({ assignee, requester }) => [assignee, requester]).find((person) => person?.id === id)?.name;
  const mayAsk = role === "manager" || role === "admin";
  const { data } = useQuery({ ...userOptions(id), enabled: mayAsk && known === undefined });
  return known ?? data?.name ?? t("list.somebody");
}
