// A day and a time of it, where this person's clock is: as all times are told.
import { useState } from "react";
import { zoneOf } from "./time";

interface Props { id?: string; value: string; onChange: (value: string) => void; "aria-invalid"?: boolean; "aria-describedby"?: string; autoFocus?: boolean }

/** `2026-11-30T14:05`, as the input has it. */
export function localOf(time: string, timeZone = zoneOf()): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return "";
  const options = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", timeZone } as const;
  return date.toLocaleString("sv", options).replace(" ", "T");
}

/** The time that is told so there; of what is half put in none. A time that does not exist in the zone is one beside it. */
export function timeOf(local: string, zone = zoneOf()): string | undefined {
  const wanted = Date.parse(`${local}Z`);
  if (Number.isNaN(wanted) || wanted < Date.UTC(1900)) return undefined;
  const told = (time: number) => Date.parse(`${localOf(new Date(time).toISOString(), zone)}Z`);
  // Once more, where the clocks were changed between the guess and the time.
  const guess = wanted - (told(wanted) - wanted);
  return new Date(guess - (told(guess) - wanted)).toISOString();
}

export function TimeInput({ value, onChange, ...props }: Props) {
  const [half, setHalf] = useState<string>();
  return (
    <input {...props} type="datetime-local" max={localOf(new Date().toISOString())} value={half ?? localOf(value)} className="field max-w-64"
      onBlur={() => setHalf(undefined)}
      onChange={({ target }) => {
        const time = timeOf(target.value);
        setHalf(time === undefined ? target.value : undefined);
        if (time !== undefined) onChange(time);
      }} />
  );
}
