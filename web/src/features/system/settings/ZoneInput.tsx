import { useId } from "react";
import { useTranslation } from "@/i18n";
import { localeOf, useNow } from "@/ui/time";
import { isZone, zones } from "@/ui/zones";
import type { InputProps } from "./SettingInput";

const ZONES = zones();

/** A time zone, searched by any part of its name; what its clocks show just now says whether it is the right one. */
export function ZoneInput({ value, onChange, ...props }: InputProps) {
  const { t, language } = useTranslation();
  const list = useId();
  const now = useNow();
  const zone = value.trim();
  const time = () => new Intl.DateTimeFormat(localeOf(language), { weekday: "long", hour: "2-digit", minute: "2-digit", timeZone: zone }).format(now);
  return (
    <>
      <input {...props} dir="ltr" autoFocus list={list} value={value} autoComplete="off" autoCapitalize="none" spellCheck={false} onFocus={({ target }) => target.select()} onChange={({ target }) => onChange(target.value)} className="field" />
      <datalist id={list}>{ZONES.map((name) => <option key={name} value={name} />)}</datalist>
      <p role="status" className="mt-1.5 min-h-5 text-sm text-muted">{isZone(zone) ? t("settings.zone_now", { time: time() }) : ""}</p>
    </>
  );
}
