// The API's words for the operators' pages, under short names.
import type { Schema } from "@/api/types";

export type Entry = Schema<"Entry">;
export type Level = Schema<"Level">;
export type StreamName = Schema<"StreamName">;
export type TailMessage = Schema<"TailMessage">;

export const STREAMS = ["http", "auth", "audit", "requests", "mail", "sync", "system"] as const satisfies readonly StreamName[];
export const LEVELS = ["debug", "info", "warn", "error"] as const satisfies readonly Level[];
