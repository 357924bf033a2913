import type { MessageDescriptor } from "@lingui/core";
import { msg, plural } from "@lingui/core/macro";
import type { Compartment, Problem, ProblemKind, SnapshotTrust, SyncStatus } from "../../bridge";
import { showMoment } from "../dates";
import { waitingChanges } from "../useSync";

export interface SyncLine {
  tone: "info" | "warn" | "good";
  text: MessageDescriptor;
}

/** The one sentence of the status line: what became of the work, without a word about how it travels. */
export function syncLine(status: SyncStatus, language: string): SyncLine {
  const waiting = waitingChanges(status);
  const since = (at: number | null) => (at === null ? null : showMoment(at, language));
  switch (status.state) {
    case "alone":
      return { tone: "info", text: msg`Works alone: everything is stored on this computer only` };
    case "joining":
      return { tone: "info", text: msg`Waits to be let into the clinic` };
    case "offline":
      return { tone: "warn", text: offline(since(status.offline_since_ms), waiting) };
    case "syncing":
      return { tone: "info", text: syncing(status, waiting) };
    case "up_to_date":
      return { tone: "good", text: msg`All changes are with the server` };
    case "stale":
      return { tone: "warn", text: stale(since(status.last_heard_ms), waiting) };
    case "alarm":
      return { tone: "warn", text: msg`Sync found a problem that a person must look at` };
    case "revoked":
      return { tone: "warn", text: msg`This computer was taken out of the clinic. Nothing was erased.` };
  }
}

function offline(since: string | null, waiting: number): MessageDescriptor {
  if (waiting === 0)
    return since === null ? msg`Offline. No change waits.` : msg`Offline since ${since}. No change waits.`;
  return since === null
    ? msg`Offline. ${plural(waiting, { one: "# change waits", other: "# changes wait" })}`
    : msg`Offline since ${since}. ${plural(waiting, { one: "# change waits", other: "# changes wait" })}`;
}

function syncing(status: SyncStatus, waiting: number): MessageDescriptor {
  if (status.receiving && status.receiving.total > 0) {
    const share = receivingShare(status.receiving);
    return msg`Receiving the clinic’s records: ${share} %`;
  }
  const files = status.files.sending.files;
  if (waiting === 0 && files > 0)
    return msg`Syncing: ${plural(files, { one: "# document is on its way", other: "# documents are on their way" })}`;
  return waiting === 0
    ? msg`Syncing…`
    : msg`Syncing: ${plural(waiting, { one: "# change is on its way", other: "# changes are on their way" })}`;
}

function stale(heard: string | null, waiting: number): MessageDescriptor {
  if (heard === null) return msg`Nothing heard from the server for days`;
  return waiting === 0
    ? msg`Stale: last heard from the server ${heard}`
    : msg`Stale: last heard from the server ${heard}. ${plural(waiting, { one: "# change waits", other: "# changes wait" })}`;
}

/** Whole per cent; 100 only when everything is there. */
export function receivingShare(receiving: { done: number; total: number }): number {
  if (receiving.total <= 0 || receiving.done >= receiving.total) return 100;
  return Math.min(99, Math.floor((100 * receiving.done) / receiving.total));
}

export const COMPARTMENT_WORDS: Record<Compartment, MessageDescriptor> = {
  office: msg`Office`,
  clinical: msg`Chart`,
};

export const SNAPSHOT_WORDS: Record<SnapshotTrust, MessageDescriptor> = {
  confirmed: msg`by two computers`,
  alone: msg`by its maker; no other computer could`,
  unconfirmed: msg`by its maker; waits for a second computer`,
};

/** What sync found, what it means for the records, and what the person can do. */
export interface ProblemWords {
  title: MessageDescriptor;
  advice: MessageDescriptor;
}

export const PROBLEM_WORDS: Record<ProblemKind, ProblemWords> = {
  server_lost_data: {
    title: msg`The server has less than it had confirmed`,
    advice: msg`Nothing is lost here. This computer is sending everything again. If it happens often, ask whoever runs the server whether an old backup was put back.`,
  },
  server_rolled_back: {
    title: msg`The server shows an older list of devices than before`,
    advice: msg`This computer keeps the newer list. Ask whoever runs the server whether an old backup was put back. If nobody did that, treat the server as not to be trusted and tell whoever is responsible for data protection.`,
  },
  withheld: {
    title: msg`The server does not show changes that another device has seen`,
    advice: msg`Records here may be older than on other computers. Compare the clinic’s words with a colleague’s screen, and ask whoever runs the server.`,
  },
  fork: {
    title: msg`There are two versions of one history`,
    advice: msg`The server or a copied device shows different things to different computers. Both versions are kept. Compare the clinic’s words on all screens and tell whoever is responsible for data protection.`,
  },
  clone: {
    title: msg`A computer exists twice, or was put back from an image`,
    advice: msg`Its changes are kept. Use one of the two only; revoke the other one on the page Devices.`,
  },
  divergence: {
    title: msg`Two computers that have seen the same hold different records`,
    advice: msg`Do not remove anything. Give the report of the machine check of both computers to whoever looks after them.`,
  },
  unreadable: {
    title: msg`A change of another device cannot be read`,
    advice: msg`That device’s later changes wait behind it. Open Wardkeep on that device and let it sync; if this stays, revoke it and let it join again.`,
  },
  quarantined: {
    title: msg`Changes of a revoked device were put aside`,
    advice: msg`They are kept sealed and not shown in the records. An administrator looks at them on the page Devices, and takes them in or leaves them out.`,
  },
  newer_version: {
    title: msg`Changes of a newer Wardkeep wait`,
    advice: msg`They are kept. Update Wardkeep on this computer to see them.`,
  },
  clock: {
    title: msg`The clock of this computer is far off`,
    advice: msg`Nothing is lost, but times in the records are wrong. Set date and time in the system’s settings.`,
  },
  refused: {
    title: msg`The server refuses something`,
    advice: msg`Everything is kept here. Ask whoever runs the server to look at its log: the storage may be full, or a limit reached.`,
  },
  server_full: {
    title: msg`The server has no room left`,
    advice: msg`Everything is kept here and is sent once there is room. Tell whoever runs the server.`,
  },
  server_fault: {
    title: msg`The server answers with an error`,
    advice: msg`Nothing is lost, and this computer keeps trying. If this stays, ask whoever runs the server to look at its log, and whether the address still leads to it.`,
  },
  certificate: {
    title: msg`The server’s certificate is not the one this clinic knows`,
    advice: msg`Nothing is sent until it is right. Check that you are in the right network; then ask whoever runs the server whether the certificate was renewed correctly.`,
  },
  no_key: {
    title: msg`A key is still missing`,
    advice: msg`Changes have arrived that cannot be opened yet. A colleague’s computer that has the key sends it as soon as it is online and unlocked.`,
  },
  snapshot_refused: {
    title: msg`A snapshot was not what had been signed`,
    advice: msg`Nothing of it was taken; this computer fetches every change instead. Ask whoever runs the server to look at its disk, and tell whoever is responsible for data protection if it happens again.`,
  },
  segments_dropped: {
    title: msg`The server let go of changes before this computer had them`,
    advice: msg`A snapshot that two computers have signed was taken in their place, and what was written here is kept. Ask whoever runs the server why it let go of them so early.`,
  },
  false_receipt: {
    title: msg`The server shows a receipt of a wipe that no computer has signed`,
    advice: msg`It does not count: the wipe is shown as confirmed only when the computer itself says so. Ask whoever runs the server how this came about.`,
  },
  file_damaged: {
    title: msg`The server gave a document that is not the one that was asked for`,
    advice: msg`It was not taken. The server checks its file, and a computer that has the document sends it again. If this stays, tell whoever runs the server.`,
  },
};

/** Alarms first, then the newest. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  const mild = new Set<ProblemKind>([
    "server_lost_data",
    "clock",
    "newer_version",
    "no_key",
    "quarantined",
    "file_damaged",
  ]);
  return [...problems].sort((a, b) => Number(mild.has(a.kind)) - Number(mild.has(b.kind)) || b.at_ms - a.at_ms);
}
