// A setting's value while it is put in: as text, whatever its kind.
import type { Setting, SettingValue } from "./queries";

type Form = Setting["form"];

export const textOf = ({ type }: Form, value: SettingValue): string => (type === "levels" ? JSON.stringify(value) : String(value));

export function valueOf({ type }: Form, text: string): SettingValue {
  if (type === "switch") return text === "true";
  if (type === "levels") return JSON.parse(text) as SettingValue;
  if (type === "languages") return text.split(",") as SettingValue;
  // What is no number is told so by the server, in its place.
  return type === "number" && /^\d+$/.test(text.trim()) ? Number(text) : text;
}
