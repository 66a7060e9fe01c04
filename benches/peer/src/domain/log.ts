// Log entries and what a stream is searched by.

import type { Actor } from "./request.ts";

export const LEVELS = ["debug", "info", "warn", "error"] as const;
export type Level = (typeof LEVELS)[number];

export const STREAMS = ["http", "auth", "audit", "requests", "mail", "sync", "system"] as const;
export type StreamName = (typeof STREAMS)[number];

export type NewEntry = {
  id: string;
  ts: number;
  level: Level;
  message: string;
  request_id: string | null;
  actor: Actor | null;
  route: string | null;
  status: number | null;
  duration_ms: number | null;
  fields: Record<string, unknown>;
};

export type LogFilter = {
  level: Level[];
  q: string | null;
  actor: string | null;
  request_id: string | null;
  from: number | null;
  to: number | null;
};

export const newEntry = (id: string, ts: number, level: Level, message: string): NewEntry => ({
  id, ts, level, message, request_id: null, actor: null, route: null, status: null, duration_ms: null, fields: {},
});
