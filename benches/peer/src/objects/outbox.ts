// The transactional outbox: what an object owes to others, kept beside the event that caused it. At least once, in order
// of seq per destination; a transient failure is retried for ever with backoff, a refused row parks its destination.

import { earliest, type Sql } from "./sql.ts";

export const OUTBOX_SCHEMA = `
  CREATE TABLE outbox (
    destination TEXT NOT NULL,
    seq         INTEGER NOT NULL,
    PRIMARY KEY (destination, seq)
  ) WITHOUT ROWID;
  CREATE TABLE delivery (
    destination     TEXT PRIMARY KEY,
    delivered_seq   INTEGER NOT NULL DEFAULT 0,
    delivered_ms    INTEGER,
    attempts        INTEGER NOT NULL DEFAULT 0,
    next_attempt_ms INTEGER NOT NULL DEFAULT 0,
    parked_seq      INTEGER,
    error           TEXT
  ) WITHOUT ROWID`;

export type Destination = "index" | "postgres" | "audit";

const BATCH = 100;
const GRACE_MS = 1_500;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 300_000;

/** The destination will never take this row as it is. */
export class RowRefused extends Error {}

export class Outbox {
  #busy = new Set<Destination>();

  constructor(readonly db: Sql) {}

  /** Owes `seq` to each of `destinations`; inside the transaction that writes the event. */
  owe(sql: SqlStorage, destinations: readonly Destination[], seq: number, now: number): void {
    const rows = destinations.map(() => "(?, ?)").join(", ");
    sql.exec(`INSERT INTO outbox (destination, seq) VALUES ${rows}`, ...destinations.flatMap((name) => [name, seq]));
    sql.exec(
      `INSERT INTO delivery (destination, next_attempt_ms) VALUES ${rows}
       ON CONFLICT (destination) DO UPDATE SET next_attempt_ms = excluded.next_attempt_ms WHERE attempts = 0`,
      ...destinations.flatMap((name) => [name, now + GRACE_MS]),
    );
  }

  pending(destination: Destination): number[] {
    const rows = this.db.rows<{ seq: number }>(
      `SELECT o.seq AS seq FROM outbox o LEFT JOIN delivery d USING (destination)
       WHERE o.destination = ? AND d.parked_seq IS NULL ORDER BY o.seq LIMIT ${BATCH}`,
      destination,
    );
    return rows.map((row) => row.seq);
  }

  isDue(destination: Destination, now: number): boolean {
    const row = this.db.row<{ attempts: number; next_attempt_ms: number }>(
      "SELECT attempts, next_attempt_ms FROM delivery WHERE destination = ? AND parked_seq IS NULL",
      destination,
    );
    return row !== undefined && (row.attempts === 0 || row.next_attempt_ms <= now);
  }

  /** What is being sent is looked at again later: an alarm that rings meanwhile would find nothing to do. */
  nextDue(): number | null {
    const rows = this.db.rows<{ destination: Destination; due: number }>(
      `SELECT d.destination AS destination, d.next_attempt_ms AS due FROM delivery d WHERE d.parked_seq IS NULL
       AND EXISTS (SELECT 1 FROM outbox o WHERE o.destination = d.destination)`,
    );
    const later = Date.now() + GRACE_MS;
    return earliest(...rows.map(({ destination, due }) => (this.#busy.has(destination) ? Math.max(due, later) : due)));
  }

  /** Makes everything due now; with `replay` also what was parked. */
  poked(replay: boolean): void {
    if (!this.db.exists()) return;
    const parked = replay ? ", parked_seq = NULL, error = NULL, attempts = 0" : "";
    this.db.atomically((sql) => sql.exec(`UPDATE delivery SET next_attempt_ms = ?${parked}`, Date.now()));
  }

  /** Sends `seqs` and writes down what came of it; whether it arrived. */
  async send(destination: Destination, seqs: number[], deliver: (seqs: number[]) => Promise<void>): Promise<boolean> {
    try {
      await deliver(seqs);
      this.#delivered(destination, seqs);
      return true;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (error instanceof RowRefused) this.#park(destination, seqs[0]!, message);
      else this.#postpone(destination, message);
      return false;
    }
  }

  /** Sends what is due until nothing is left or a delivery fails. */
  async flush(destination: Destination, deliver: (seqs: number[]) => Promise<void>): Promise<void> {
    if (this.#busy.has(destination)) return;
    this.#busy.add(destination);
    try {
      for (;;) {
        const seqs = this.isDue(destination, Date.now()) ? this.pending(destination) : [];
        if (seqs.length === 0 || !(await this.send(destination, seqs, deliver))) return;
      }
    } finally {
      this.#busy.delete(destination);
    }
  }

  #delivered(destination: Destination, seqs: number[]): void {
    const [first, last, now] = [seqs[0]!, seqs[seqs.length - 1]!, Date.now()];
    this.db.atomically((sql) => {
      sql.exec("DELETE FROM outbox WHERE destination = ? AND seq BETWEEN ? AND ?", destination, first, last);
      sql.exec(
        `UPDATE delivery SET delivered_seq = max(delivered_seq, ?2), delivered_ms = ?3, attempts = 0,
                             next_attempt_ms = ?4, error = NULL WHERE destination = ?1`,
        destination, last, now, now + GRACE_MS,
      );
    });
  }

  #postpone(destination: Destination, error: string): void {
    const row = this.db.row<{ attempts: number }>("SELECT attempts FROM delivery WHERE destination = ?", destination);
    const window = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (row?.attempts ?? 0));
    const next = Date.now() + Math.random() * window;
    this.db.atomically((sql) =>
      sql.exec(
        "UPDATE delivery SET attempts = attempts + 1, next_attempt_ms = ?2, error = ?3 WHERE destination = ?1",
        destination, Math.round(next), error,
      ),
    );
  }

  #park(destination: Destination, seq: number, error: string): void {
    this.db.atomically((sql) =>
      sql.exec("UPDATE delivery SET parked_seq = ?2, error = ?3 WHERE destination = ?1", destination, seq, error),
    );
  }
}

/** `work`, but no longer than `ms`; whether it ended in time. */
export async function within(ms: number, work: Promise<unknown>): Promise<boolean> {
  let timer: number | null = null;
  const limit = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), ms)));
  try {
    return (await Promise.race([work.then(() => true as const), limit])) as boolean;
  } finally {
    clearTimeout(timer);
  }
}
