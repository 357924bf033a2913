import { useEffect, useId, useSyncExternalStore } from "react";

/** What the status line says: the newest of the most urgent entries. */
export interface StatusEntry {
  tone: "info" | "warn" | "good";
  text: string;
}

type Entries = ReadonlyMap<string, StatusEntry>;

let entries: Entries = new Map();
const watchers = new Set<() => void>();

function put(id: string, entry: StatusEntry | null): void {
  const next = new Map(entries);
  next.delete(id);
  if (entry) next.set(id, entry);
  entries = next;
  for (const watcher of watchers) watcher();
}

/** Says something in the status line while the component is shown. */
export function useStatus(entry: StatusEntry | null): void {
  const id = useId();
  const tone = entry?.tone;
  const text = entry?.text;
  useEffect(() => {
    put(id, tone && text ? { tone, text } : null);
    return () => put(id, null);
  }, [id, tone, text]);
}

export function useStatusEntries(): readonly StatusEntry[] {
  const now = useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => entries,
  );
  const rank = { warn: 0, info: 1, good: 2 } as const;
  return [...now.values()].reverse().sort((a, b) => rank[a.tone] - rank[b.tone]);
}
