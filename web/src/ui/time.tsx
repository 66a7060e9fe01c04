// Times as people say them, in the language of the page; the exact one on hover.
import { useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [["day", 86_400_000], ["hour", 3_600_000], ["minute", 60_000]];

/** Making a formatter costs more than using it a hundred times. */
function perLanguage<T>(make: (language: string) => T): (language: string) => T {
  const made = new Map<string, T>();
  return (language) => {
    const known = made.get(language) ?? make(language);
    made.set(language, known);
    return known;
  };
}
const relativeFormat = perLanguage((language) => new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" }));
const exactFormat = perLanguage((language) => new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }));

export function relative(language: string, date: string, now: number): string {
  const difference = Date.parse(date) - now;
  const format = relativeFormat(language);
  const [unit, size] = STEPS.find(([, size]) => Math.abs(difference) >= size) ?? ["minute", 60_000];
  return format.format(Math.trunc(difference / size), unit);
}

export const exact = (language: string, date: string) => exactFormat(language).format(new Date(date));

let now = Date.now();
/** The time, in steps of half a minute: one clock for the whole page. */
export function useNow(): number {
  return useSyncExternalStore((changed) => {
    const timer = setInterval(() => {
      now = Date.now();
      changed();
    }, 30_000);
    return () => clearInterval(timer);
  }, () => now);
}

export function When({ date, className }: { date: string; className?: string }) {
  const { i18n } = useTranslation();
  const shown = relative(i18n.language, date, Math.max(useNow(), 0));
  return <time dateTime={date} title={exact(i18n.language, date)} className={className}>{shown}</time>;
}
