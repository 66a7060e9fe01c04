// What a cell means: days, states, and fields of one's own.
import type { AssetStatus } from "@/resources/asset/queries";

export const ORDERS = ["day", "month"] as const;
/** Which of the two stands first in 3/4/2026. */
export type Order = (typeof ORDERS)[number];

const SHORT = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$/;

/** What the days of a file show: a number above twelve is no month. None where they show nothing. */
export function orderOf(cells: readonly string[]): Order | undefined {
  const days = cells.map((cell) => SHORT.exec(cell)).filter((day) => day !== null);
  if (days.some(([, first]) => Number(first) > 12)) return "day";
  return days.some(([, , second]) => Number(second) > 12) ? "month" : undefined;
}

/** `2026-11-30`, or nothing where it is no day of the calendar. */
export function dayOf(cell: string, order: Order): string | undefined {
  const short = SHORT.exec(cell);
  const [, year, month, day] = short
    ? [null, short[3], order === "day" ? short[2] : short[1], order === "day" ? short[1] : short[2]]
    : (/^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?$/.exec(cell) ?? []);
  if (year === undefined) return undefined;
  const iso = `${year}-${month!.padStart(2, "0")}-${day!.padStart(2, "0")}`;
  const at = new Date(`${iso}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(iso) && Number(year) >= 1900 ? iso : undefined;
}

const STATES: Record<AssetStatus, readonly string[]> = {
  in_service: ["in service", "in_service", "operational", "operating", "active", "ok", "running", "dipakai", "beroperasi", "aktif", "baik", "no", "false"],
  out_of_service: ["out of service", "out_of_service", "down", "inactive", "broken", "emergency shutdown", "inspection scheduled", "rusak", "tidak dipakai", "tidak aktif", "mati"],
  retired: ["retired", "archived", "disposed", "decommissioned", "pensiun", "dihapus", "dibuang", "tidak dipakai lagi", "yes", "true"],
};

export function stateOf(cell: string): AssetStatus | undefined {
  const plain = cell.toLowerCase().replace(/\s+/g, " ");
  return (Object.keys(STATES) as AssetStatus[]).find((status) => STATES[status].includes(plain));
}

/** A number where it is written as one, so that it is the same when it is written again; else a text. */
export function ownOf(cell: string): string | number | boolean {
  if (/^(true|false)$/i.test(cell)) return cell.toLowerCase() === "true";
  return cell !== "" && String(Number(cell)) === cell && Number.isFinite(Number(cell)) ? Number(cell) : cell;
}
