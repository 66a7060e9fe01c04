// The API's words for the operators' pages, under short names.
import type { Schema } from "@/api/types";

export { LEVEL as LEVELS, STREAM_NAME as STREAMS } from "@/api/words";
export type Entry = Schema<"Entry">;
export type Level = Schema<"Level">;
export type StreamName = Schema<"StreamName">;
export type TailMessage = Schema<"TailMessage">;
