// Words that cells have, in both languages and as others' files write them; by what they mean.
import type { Schema } from "@/api/types";
import type { Translate } from "@/i18n";
import { CATEGORIES } from "@/resources/request/fields";
import { fold } from "./names";

type Priority = Schema<"Priority">;
type Role = Schema<"Role">;
type Language = Schema<"Language">;
type Colour = Schema<"Colour">;

/** The categories that every installation knows, by what the reader calls them. */
export const categoryWords = (t: Translate): ReadonlyMap<string, string> =>
  new Map(CATEGORIES.flatMap((category) => [category, t(`category.${category}`)].map((word) => [fold(word), category] as const)));

export const PRIORITIES: Record<Priority, readonly string[]> = {
  low: ["low", "none", "minor", "rendah", "tidak mendesak", "4"],
  normal: ["normal", "medium", "moderate", "sedang", "biasa", "3"],
  high: ["high", "major", "important", "tinggi", "penting", "2"],
  urgent: ["urgent", "critical", "emergency", "immediate", "highest", "darurat", "mendesak", "kritis", "sangat tinggi", "1"],
};

export const YES_NO = {
  yes: ["yes", "y", "true", "1", "x", "ya", "benar"],
  no: ["no", "n", "false", "0", "tidak", "bukan", "salah"],
} as const;

/** What is no open work. */
export const DONE = {
  done: ["done", "complete", "completed", "closed", "resolved", "solved", "finished", "rejected", "declined", "cancelled", "canceled", "archived", "selesai", "ditutup", "ditolak", "dibatalkan"],
} as const;

export const ROLES: Record<Role, readonly string[]> = {
  requester: ["requester", "reporter", "requester only", "user", "view only", "pelapor", "pemohon", "pengguna"],
  technician: ["technician", "limited technician", "worker", "teknisi", "petugas"],
  manager: ["manager", "supervisor", "limited administrator", "manajer", "pengelola", "penyelia"],
  admin: ["admin", "administrator", "owner", "full user"],
};

export const LANGUAGES: Record<Language, readonly string[]> = {
  en: ["en", "english", "en us", "en gb", "inggris", "bahasa inggris"],
  id: ["id", "indonesian", "bahasa indonesia", "indonesia", "id id", "in"],
};

export const COLOURS: Record<Colour, readonly string[]> = {
  grey: ["grey", "gray", "abu abu", "kelabu"],
  red: ["red", "merah"],
  orange: ["orange", "oranye", "jingga"],
  yellow: ["yellow", "kuning"],
  green: ["green", "hijau"],
  teal: ["teal", "toska"],
  blue: ["blue", "biru"],
  purple: ["purple", "violet", "ungu"],
  pink: ["pink", "merah muda"],
};
