// Runs SQL on one SQLite file: `node seed.mjs <file>`, statements on standard input. Objects are filled with it while their
// runtime is stopped, in their own tables.
import { readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

const database = new DatabaseSync(process.argv[2]);
database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA cache_size = -262144;");
database.exec(readFileSync(0, "utf8"));
database.exec("PRAGMA wal_checkpoint(TRUNCATE);");
database.close();
