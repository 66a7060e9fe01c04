// Times as people say them, in the language of the page and the ways of their country; the exact one on hover. Everything
// that shows a time goes through this file.
import { useSyncExternalStore } from "react";
import { useTranslation } from "@/i18n";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** What is this near is told in hours, also across midnight. */
const NEAR_MS = 6 * HOUR_MS;

/** The language of the page as this person's country writes it: `en-GB` has other dates than `en`. */
export const localeOf = (language: string, preferred: readonly string[] = globalThis.navigator?.languages ?? []) =>
  preferred.find((tag) => tag.split("-")[0] === language) ?? language;

/** Where this person's clock is: where they chose (app/preferences.ts), else where the organisation's is (app/organisation.ts), else the device's. */
export const zoneOf = () => localStorage.getItem("time-zone") ?? localStorage.getItem("organisation-time-zone") ?? undefined;

/** Making a formatter costs more than using it a hundred times. */
export function kept<T>(make: (locale: string, zone?: string) => T): (locale: string, zone?: string) => T {
  const made = new Map<string, T>();
  return (locale, zone) => {
    const name = `${locale} ${zone}`;
    const known = made.get(name) ?? make(locale, zone);
    made.set(name, known);
    return known;
  };
}
/** The short forms of Indonesian ("dlm 6 j", "mnt") are none that people use. */
const styleOf = (locale: string) => (locale.startsWith("id") ? "long" : "short");
const relativeFormat = kept((locale) => new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: styleOf(locale) }));
const exactFormat = kept((locale, timeZone) => new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short", timeZone }));
const dayFormat = kept((_, timeZone) => new Intl.DateTimeFormat("en", { year: "numeric", month: "numeric", day: "numeric", timeZone, calendar: "gregory" }));
const CLOCK = { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hourCycle: "h23" } as const;
const clockFormat = kept((locale, timeZone) => new Intl.DateTimeFormat(locale, { ...CLOCK, timeZone }));
const datedClockFormat = kept((locale, timeZone) => new Intl.DateTimeFormat(locale, { ...CLOCK, day: "2-digit", month: "short", timeZone }));
const unitFormats = { minute: unitFormat("minute"), hour: unitFormat("hour"), day: unitFormat("day") };
function unitFormat(unit: "minute" | "hour" | "day") {
  return kept((locale) => new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: styleOf(locale) }));
}

/** Which day of the calendar this is in the zone: two that differ by one are yesterday and today, however long they were. */
function dayOf(time: number, zone: string | undefined): number {
  if (zone === undefined) {
    const here = new Date(time);
    return Date.UTC(here.getFullYear(), here.getMonth(), here.getDate()) / DAY_MS;
  }
  const parts = dayFormat("en", zone).formatToParts(time);
  const [year = 0, month = 0, day = 0] = (["year", "month", "day"] as const).map((name) => Number(parts.find(({ type }) => type === name)?.value));
  return Date.UTC(year, month - 1, day) / DAY_MS;
}

/** Whether it is on the calendar's day `days` from now, or before that. */
export const isBy = (date: string, days: number, now: number, zone?: string) => dayOf(Date.parse(date), zone) <= dayOf(now, zone) + days;

/** When the calendar's day `days` from now is over: the first moment behind it. */
export function endOfDay(days: number, now: number, zone?: string): Date {
  const last = dayOf(now, zone) + days;
  let [within, behind] = [now, now + (days + 2) * DAY_MS];
  while (behind - within > 1) {
    const middle = Math.floor((within + behind) / 2);
    if (dayOf(middle, zone) <= last) within = middle;
    else behind = middle;
  }
  return new Date(behind);
}

/** How far away it is: in minutes and hours today and nearby, else in days of the calendar. Nothing is said about less than a minute. */
export function relative(locale: string, date: string, now: number, zone?: string): string | undefined {
  const time = Date.parse(date);
  const difference = time - now;
  const distance = Math.abs(difference);
  if (distance < MINUTE_MS) return undefined;
  const days = dayOf(time, zone) - dayOf(now, zone);
  const format = relativeFormat(locale);
  const said = days !== 0 && distance >= NEAR_MS ? format.format(days, "day")
    : distance >= HOUR_MS ? format.format(Math.trunc(difference / HOUR_MS), "hour") : format.format(Math.trunc(difference / MINUTE_MS), "minute");
  return said.replace(" yang lalu", " lalu");
}

/** So much time as a length: `8 hr`. */
export function length(locale: string, ms: number): string {
  const [unit, size] = ms >= DAY_MS ? (["day", DAY_MS] as const) : ms >= HOUR_MS ? (["hour", HOUR_MS] as const) : (["minute", MINUTE_MS] as const);
  return unitFormats[unit](locale).format(Math.trunc(ms / size));
}

export const exact = (language: string, date: string, zone?: string) => exactFormat(localeOf(language), zone).format(new Date(date));

/** A time of the logs, to the thousandth, on the 24 hours that logs have everywhere; with its day if that is not today. */
export function clock(locale: string, date: string, now: number, zone?: string): string {
  const time = Date.parse(date);
  return (dayOf(time, zone) === dayOf(now, zone) ? clockFormat : datedClockFormat)(locale, zone).format(time);
}

const TICK_MS = 30_000;
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();
/** Tells all times anew: as time goes on, and when they are told in another zone. */
export function tick() {
  now = Date.now();
  listeners.forEach((listener) => listener());
}
function subscribe(listener: () => void) {
  // While nobody looked, it stood still.
  if (Date.now() - now > TICK_MS) now = Date.now();
  if (listeners.size === 0) timer = setInterval(tick, TICK_MS);
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) clearInterval(timer);
  };
}
/** The time, in steps of half a minute: one clock for the whole page. */
export const useNow = (): number => useSyncExternalStore(subscribe, () => now);

export function When({ date, className }: { date: string; className?: string }) {
  const { t, language } = useTranslation();
  const now = useNow();
  return <time dateTime={date} title={exact(language, date, zoneOf())} className={className}>{relative(localeOf(language), date, now, zoneOf()) ?? t("due.just_now")}</time>;
}

/** The time until something is due; past that, by how much it is late. */
export function Until({ date }: { date: string }) {
  const { t, language } = useTranslation();
  const now = useNow();
  const locale = localeOf(language);
  const late = now - Date.parse(date);
  const words = late >= MINUTE_MS ? t("due.late", { time: length(locale, late) }) : (relative(locale, date, now, zoneOf()) ?? t("due.now"));
  return <time dateTime={date} title={exact(language, date, zoneOf())}>{words}</time>;
}
