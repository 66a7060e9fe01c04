// How large a file is, as people write it where they are.
import { kept, localeOf } from "./time";

const format = (unit: "byte" | "kilobyte" | "megabyte" | "gigabyte", digits: number) =>
  kept((locale) => new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: unit === "byte" ? "long" : "short", maximumFractionDigits: digits }));
const formats = [format("byte", 0), format("kilobyte", 0), format("megabyte", 1), format("gigabyte", 1)] as const;

/** In bytes, kB, MB or GB, a thousand each. */
export function sizeOf(language: string, bytes: number): string {
  const step = Math.min(Math.max(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), 0), 3);
  return formats[step]!(localeOf(language)).format(bytes / 1000 ** step);
}
