// The one file that talks to the window. Everything above it is plain web code.
import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import { getCurrentWebview } from "@tauri-apps/api/webview";
import { SEAL_LIMIT, seal } from "./seal";

export type Stop = () => void;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Commands that carry a password, or what is as good as one. */
const SECRET: ReadonlySet<string> = new Set([
  "vault_create",
  "clinic_join",
  "clinic_attach",
  "password_check",
  "unlock",
  "user_add",
  "password_change",
]);

/** Sends one command to the program; rejects with whatever the program answered. Both ways as bytes, so that nothing decodes twice. */
export async function dispatch(name: string, input: unknown): Promise<unknown> {
  const message = encoder.encode(JSON.stringify({ name, input }));
  const answer = await (SECRET.has(name) ? sendSealed(message) : invoke<ArrayBuffer>("dispatch", message));
  return JSON.parse(decoder.decode(answer));
}

async function sendSealed(message: Uint8Array): Promise<ArrayBuffer> {
  // Longer than any password that the program takes.
  if (message.length > SEAL_LIMIT)
    throw { code: "password_too_long", field: "password", retryable: false, detail: null };
  const key = new Uint8Array(await invoke<ArrayBuffer>("sealing_key"));
  return invoke<ArrayBuffer>("dispatch_sealed", await seal(key, message));
}

/** Calls back with the payload whenever the program has locked by itself. */
export function onLock(heard: (payload: unknown) => void): Promise<Stop> {
  return listen<unknown>("wardkeep://lock", (event) => heard(event.payload));
}

/** Asks for files with the system's own dialog; empty when the person cancels. */
export function pickFiles(title: string): Promise<string[]> {
  return invoke<string[]>("pick_files", { title });
}

/** Asks where a copy is to be saved; nothing when the person cancels. */
export function pickTarget(title: string, name: string): Promise<string | null> {
  return invoke<string | null>("pick_target", { title, name });
}

export interface DropWatcher {
  hover: (over: boolean) => void;
  drop: (paths: string[]) => void;
}

/** Follows files dragged over the window and let go there. */
export function onFilesDropped(watcher: DropWatcher): Promise<Stop> {
  return getCurrentWebview().onDragDropEvent((event) => {
    const { type } = event.payload;
    watcher.hover(type === "enter" || type === "over");
    if (event.payload.type === "drop") watcher.drop(event.payload.paths);
  });
}
