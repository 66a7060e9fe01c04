// An object's own SQLite: its schema is made by the first write, so that a read of an object that was never written to
// leaves nothing behind.

export type Value = string | number | null;

export class Sql {
  #open = false;

  constructor(
    readonly storage: DurableObjectStorage,
    readonly schema: string,
  ) {}

  /** Whether anything was ever written. */
  exists(): boolean {
    if (this.#open) return true;
    if (this.storage.sql.databaseSize === 0) return false;
    const found = this.storage.sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'schema_step'").toArray();
    return (this.#open = found.length > 0);
  }

  rows<T extends Record<string, SqlStorageValue>>(query: string, ...binds: Value[]): T[] {
    return this.exists() ? this.storage.sql.exec<T>(query, ...binds).toArray() : [];
  }

  row<T extends Record<string, SqlStorageValue>>(query: string, ...binds: Value[]): T | undefined {
    return this.rows<T>(query, ...binds)[0];
  }

  /** One transaction: all of it, or nothing when `work` throws. */
  atomically<T>(work: (sql: SqlStorage) => T): T {
    return this.storage.transactionSync(() => {
      const { sql } = this.storage;
      if (!this.exists()) {
        sql.exec(`CREATE TABLE schema_step (step INTEGER PRIMARY KEY); ${this.schema}; INSERT INTO schema_step VALUES (1);`);
      }
      const result = work(sql);
      this.#open = true;
      return result;
    });
  }

  async erase(): Promise<void> {
    this.#open = false;
    await this.storage.deleteAll();
  }
}

/** The object's one alarm, set to the earliest thing that is due. */
export class AlarmClock {
  #armedFor: number | null = null;

  constructor(readonly storage: DurableObjectStorage) {}

  ringBy(due: number | null): void {
    if (due === null) return;
    const soonest = Date.now() + 1;
    const at = Math.max(due, soonest);
    if (this.#armedFor !== null && this.#armedFor >= soonest && this.#armedFor <= at) return;
    this.#armedFor = at;
    void this.storage.setAlarm(at);
  }

  rang(): void {
    this.#armedFor = null;
  }
}

export const earliest = (...times: (number | null | undefined)[]): number | null => {
  const set = times.filter((time): time is number => typeof time === "number");
  return set.length === 0 ? null : Math.min(...set);
};
