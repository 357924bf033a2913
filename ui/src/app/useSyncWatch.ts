import { type QueryKey, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useAsk } from "../bridge";
import { isAttached } from "../kit/useSync";
import { usePlace } from "./place";

const EVERY_MS = 2_000;
const SESSION_EVERY_MS = 10_000;

/** What another device may have changed. A patient that is open is looked after by its page, because every opening is written down. */
const SHARED =
  /^(patient_(search|recent|history|duplicates|photo)|chart_.*|note_list|conflict_list|device_list|quarantine_list|glass_list|join_requests|clinic_words)$/;

/** Asks where sync stands while the window is seen, and shows anew what came in. */
export function useSyncWatch() {
  const answers = useQueryClient();
  const { refreshSession } = usePlace();
  const sync = useAsk("sync_status", {}, { refetchInterval: EVERY_MS, staleTime: EVERY_MS / 2 });
  const status = sync.data;
  const attached = isAttached(status);
  const mark = status ? `${status.last_synced_ms} ${status.receiving?.done} ${status.conflicts}` : null;
  const known = useRef<string | null>(null);

  useEffect(() => {
    if (mark === null || mark === known.current) return;
    const first = known.current === null;
    known.current = mark;
    if (!first) void answers.invalidateQueries({ predicate: ({ queryKey }) => isShared(queryKey) });
  }, [mark, answers]);

  // An admin elsewhere may have changed what this person may do; the vault is locked then, and the answer says so.
  useEffect(() => {
    if (!attached) return;
    const timer = setInterval(() => {
      if (!document.hidden) refreshSession();
    }, SESSION_EVERY_MS);
    return () => clearInterval(timer);
  }, [attached, refreshSession]);

  return sync;
}

export function isShared(key: QueryKey): boolean {
  return typeof key[0] === "string" && SHARED.test(key[0]);
}
