// Opens a SQLCipher 4 file with a raw key (64 hex digits on standard input) and prints what it finds as JSON.
import { readFileSync } from "node:fs";
import Database from "@signalapp/sqlcipher";

const key = readFileSync(0, "utf8").trim();
const db = new Database(process.argv[2]);
db.pragma(`key = "x'${key}'"`);
const tables = db.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE type = 'table'").get().n;
const records = db.prepare("SELECT count(*) AS n FROM record").get().n;
const integrity = db.pragma("cipher_integrity_check");
const [{ cipher_version }] = db.pragma("cipher_version");
console.log(JSON.stringify({ cipher_version, tables, records, damaged_pages: integrity.length }));
db.close();
