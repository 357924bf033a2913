import { expect, test } from "vitest";
import type { ProblemKind, SyncState, SyncStatus } from "../../bridge";
import { i18n, LANGUAGES, speak } from "../../locales/load";
import { PROBLEM_WORDS, receivingShare, sortProblems, syncLine } from "./sync";

const STATES: readonly SyncState[] = [
  "alone",
  "joining",
  "offline",
  "syncing",
  "up_to_date",
  "stale",
  "alarm",
  "revoked",
];

const status = (state: SyncState, rest: Partial<SyncStatus> = {}): SyncStatus => ({
  state,
  server: null,
  clinic: null,
  last_heard_ms: null,
  last_synced_ms: null,
  waiting: [],
  receiving: null,
  files: {
    sending: { files: 0, total: 0, done: 0 },
    fetching: { files: 0, total: 0, done: 0 },
    waiting: [],
    damaged: 0,
  },
  problems: [],
  conflicts: 0,
  retry_in_s: null,
  offline_since_ms: null,
  clock_offset_ms: null,
  snapshots: [],
  lease: null,
  ...rest,
});

const waiting: SyncStatus["waiting"] = [
  { compartment: "office", changes: 11, oldest_ms: null },
  { compartment: "clinical", changes: 1, oldest_ms: null },
];
const said = (of: SyncStatus) => i18n._(syncLine(of, i18n.locale).text);

test.each(LANGUAGES)("every state has a sentence of its own in $name", ({ id }) => {
  speak(id);
  const sentences = new Set(STATES.map((state) => said(status(state))));
  expect(sentences.size).toBe(STATES.length);
  for (const sentence of sentences) expect(sentence).toMatch(/\p{L}{3}/u);
  speak("en");
});

test("offline says since when, and how much waits in all compartments", () => {
  const since = new Date(2020, 3, 3, 14, 5).getTime();
  expect(said(status("offline", { waiting, offline_since_ms: since }))).toBe(
    "Offline since 03-Apr-2020 14:05. 12 changes wait",
  );
  expect(said(status("offline", { waiting: waiting.slice(1) }))).toBe("Offline. 1 change waits");
  expect(said(status("offline"))).toBe("Offline. No change waits.");
});

test("only an acknowledged state is said to be with the server", () => {
  for (const state of STATES) {
    const good = syncLine(status(state, { waiting }), "en").tone === "good";
    expect(good, state).toBe(state === "up_to_date");
  }
});

test("a first fetch is never said to be whole before it is", () => {
  expect(receivingShare({ done: 0, total: 9 })).toBe(0);
  expect(receivingShare({ done: 9_999, total: 10_000 })).toBe(99);
  expect(receivingShare({ done: 10_000, total: 10_000 })).toBe(100);
  expect(receivingShare({ done: 0, total: 0 })).toBe(100);
});

test("every problem says what happened and what to do, the grave ones first", () => {
  const kinds = Object.keys(PROBLEM_WORDS) as ProblemKind[];
  expect(new Set(kinds.map((kind) => i18n._(PROBLEM_WORDS[kind].title))).size).toBe(kinds.length);
  const problem = (kind: ProblemKind, at_ms: number) => ({ kind, device: null, at_ms, count: 1 });
  const sorted = sortProblems([problem("clock", 9), problem("fork", 1), problem("withheld", 5)]);
  expect(sorted.map((one) => one.kind)).toEqual(["withheld", "fork", "clock"]);
});
