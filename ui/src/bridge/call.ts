import type { CommandError, Commands, ErrorCode, LockReason } from "./generated";
import { dispatch, onLock } from "./transport";

export type CommandName = keyof Commands;
export type Input<K extends CommandName> = Commands[K]["input"];
export type Output<K extends CommandName> = Commands[K]["output"];

/** Every code the program may answer with; a code outside it is shown as `internal`. */
export const ERROR_CODES = [
  "wrong_password",
  "too_soon",
  "keychain_absent",
  "keychain_locked",
  "keychain_entry_missing",
  "keychain_changed",
  "slot_damaged",
  "slot_newer",
  "no_vault",
  "vault_exists",
  "locked",
  "forbidden",
  "chart_restricted",
  "not_found",
  "invalid",
  "password_too_short",
  "password_too_long",
  "password_common",
  "vault_newer",
  "vault_damaged",
  "vault_busy",
  "disk_full",
  "file_unreadable",
  "import_running",
  "cancelled",
  "too_large",
  "conflict",
  "server_unreachable",
  "server_certificate",
  "server_refused",
  "server_full",
  "server_answer",
  "not_attached",
  "not_enrolled",
  "device_revoked",
  "lease_ended",
  "user_revoked",
  "policy_forbids",
  "update_required",
  "roster_refused",
  "no_key",
  "expired",
  "invitation_invalid",
  "recovery_words",
  "recovery_shares",
  "recovery_key",
  "wiped",
  "file_not_here",
  "internal",
] as const satisfies readonly ErrorCode[];

// Fails to compile when the program learns a code that the list above lacks.
type Missing = Exclude<ErrorCode, (typeof ERROR_CODES)[number]>;
const nothingMissing: [Missing] extends [never] ? true : Missing = true;
void nothingMissing;

/** Runs one command of the program. Rejects with a CommandError, never with anything else. */
export async function call<K extends CommandName>(name: K, input: Input<K>): Promise<Output<K>> {
  try {
    return (await dispatch(name, input)) as Output<K>;
  } catch (thrown) {
    const error = toCommandError(thrown);
    if (error.code === "locked") for (const heard of lockListeners) heard(null);
    throw error;
  }
}

const lockListeners = new Set<(reason: LockReason | null) => void>();

/** Calls back when the program has locked; without a reason when it answered a command with `locked`, and knows the reason itself. */
export function watchLock(heard: (reason: LockReason | null) => void): () => void {
  lockListeners.add(heard);
  const stop = onLock((payload) => heard(reasonOf(payload)));
  return () => {
    lockListeners.delete(heard);
    void stop.then((end) => end());
  };
}

/** Makes a CommandError of anything that was thrown, keeping no text of it. */
export function toCommandError(thrown: unknown): CommandError {
  if (isRecord(thrown) && ERROR_CODES.some((code) => code === thrown["code"])) {
    const error = thrown as unknown as CommandError;
    return {
      code: error.code,
      field: error.field ?? null,
      retryable: error.retryable === true,
      detail: error.detail ?? null,
    };
  }
  return { code: "internal", field: null, retryable: false, detail: null };
}

const LOCK_REASONS: readonly LockReason[] = [
  "button",
  "shortcut",
  "idle",
  "suspend",
  "screen_lock",
  "window_closed",
  "user_switch",
  "quit",
  "started",
  "access_changed",
  "revoked",
  "wiped",
  "lease_ended",
];

function reasonOf(payload: unknown): LockReason {
  const said = isRecord(payload) ? payload["reason"] : payload;
  return LOCK_REASONS.find((reason) => reason === said) ?? "idle";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
