import type { MessageDescriptor } from "@lingui/core";

// One registry feeds shortcuts, the palette, the `?` sheet and the titles of
// buttons, so that they can never disagree.

export type Section = "everywhere" | "patient" | "form" | "chart" | "list";

export interface Command {
  /** Stable name, `noun.verb`. */
  id: string;
  title: MessageDescriptor;
  section: Section;
  /** `mod+k`, `?`, `alt+1`; `mod` is Ctrl, on a Mac Cmd. */
  keys?: string;
  /** Runs even while the person types in a field. Needed for anything without `mod` or `alt`. */
  whileTyping?: boolean;
  /** Shown in the sheet only, not in the palette. */
  quiet?: boolean;
  /** Works even while a dialog is open over the page. */
  overDialogs?: boolean;
  run: () => void;
}

export interface KeyPress {
  key: string;
  /** The place on the keyboard: with Alt, a Mac puts another character into `key`. */
  code?: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

/** The commands that can be run now. Later ones with the same id or keys win. */
export class CommandRegistry {
  #commands: readonly Command[] = [];
  readonly #watchers = new Set<() => void>();

  add(commands: readonly Command[]): () => void {
    this.#commands = [...this.#commands, ...commands];
    this.#tell();
    return () => {
      this.#commands = this.#commands.filter((command) => !commands.includes(command));
      this.#tell();
    };
  }

  readonly watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  readonly all = (): readonly Command[] => this.#commands;

  /** The command for this key press, or null. */
  find(press: KeyPress, where: { typing: boolean; dialog: boolean }, mac: boolean): Command | null {
    const hit = this.#commands.findLast((command) => command.keys !== undefined && matches(command.keys, press, mac));
    if (!hit || (where.dialog && !hit.overDialogs)) return null;
    const plain = !/mod|alt/.test(hit.keys ?? "");
    return where.typing && plain && !hit.whileTyping ? null : hit;
  }

  #tell(): void {
    for (const watcher of this.#watchers) watcher();
  }
}

/** Whether a key press is the one that `keys` names. */
export function matches(keys: string, press: KeyPress, mac: boolean): boolean {
  const parts = keys.toLowerCase().split("+");
  const key = parts.at(-1) ?? "";
  const mod = parts.includes("mod");
  const pressedMod = mac ? press.metaKey : press.ctrlKey;
  const otherMod = mac ? press.ctrlKey : press.metaKey;
  if (pressedMod !== mod || otherMod || press.altKey !== parts.includes("alt")) return false;
  // `?` and `/` need Shift on some layouts and not on others.
  const letterlike = /^[a-z0-9]$|^[a-z]{2,}$/.test(key);
  if (letterlike && press.shiftKey !== parts.includes("shift")) return false;
  const byPlace = parts.includes("alt") && [`Key${key.toUpperCase()}`, `Digit${key}`].includes(press.code ?? "");
  return byPlace || press.key.toLowerCase() === key;
}

/** `mod+k` as people read it: Ctrl K, on a Mac ⌘ K. */
export function showKeys(keys: string, mac: boolean): string[] {
  return keys
    .split("+")
    .map((part) => KEY_NAMES[part]?.[mac ? 1 : 0] ?? (part.length === 1 ? part.toUpperCase() : part));
}

const KEY_NAMES: Record<string, readonly [string, string]> = {
  mod: ["Ctrl", "⌘"],
  alt: ["Alt", "⌥"],
  shift: ["Shift", "⇧"],
  enter: ["Enter", "⏎"],
  escape: ["Esc", "Esc"],
};

export function isMac(platform: string = navigator.platform): boolean {
  return /mac/i.test(platform);
}

/** Whether keys go into a text now, where single letters must not be commands. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement)
    return true;
  return (
    target instanceof HTMLInputElement && !["checkbox", "radio", "button", "submit", "range"].includes(target.type)
  );
}
