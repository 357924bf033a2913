import { type SyncStatus, useAsk } from "../bridge";

/** Where sync stands, as the status line asks for it while the window is seen. Nothing until the first answer. */
export function useSync(): SyncStatus | undefined {
  return useAsk("sync_status", {}, { staleTime: Number.POSITIVE_INFINITY }).data;
}

/** Whether this computer belongs to a server's clinic. */
export function isAttached(status: SyncStatus | undefined): boolean {
  return status !== undefined && status.state !== "alone" && status.state !== "joining";
}

/** Changes that the server has not acknowledged. */
export function waitingChanges(status: SyncStatus): number {
  return status.waiting.reduce((sum, one) => sum + one.changes, 0);
}
