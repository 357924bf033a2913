import { msg } from "@lingui/core/macro";
import { expect, test, vi } from "vitest";
import { type Command, CommandRegistry, isTyping, matches, showKeys } from "./commands";

const press = (key: string, held: Partial<Record<"ctrlKey" | "metaKey" | "altKey" | "shiftKey", boolean>> = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});
const command = (id: string, keys: string, more: Partial<Command> = {}): Command => ({
  id,
  keys,
  title: msg`Lock`,
  section: "everywhere",
  run: vi.fn(),
  ...more,
});
const free = { typing: false, dialog: false };

test("keys match what is held, and only that", () => {
  expect(matches("mod+l", press("l", { ctrlKey: true }), false)).toBe(true);
  expect(matches("mod+l", press("L", { ctrlKey: true, shiftKey: true }), false)).toBe(false);
  expect(matches("mod+l", press("l", { metaKey: true }), true)).toBe(true);
  expect(matches("mod+l", press("l", { ctrlKey: true }), true)).toBe(false);
  expect(matches("mod+l", press("l", { ctrlKey: true, altKey: true }), false)).toBe(false);
  expect(matches("alt+1", press("1", { altKey: true }), false)).toBe(true);
  expect(matches("mod+enter", press("Enter", { ctrlKey: true }), false)).toBe(true);
});

test("Alt with a key that a Mac turns into another character", () => {
  expect(matches("alt+1", { ...press("¡", { altKey: true }), code: "Digit1" }, true)).toBe(true);
  expect(matches("alt+n", { ...press("˜", { altKey: true }), code: "KeyM" }, true)).toBe(false);
});

test("`?` works on layouts with and without Shift", () => {
  expect(matches("?", press("?", { shiftKey: true }), false)).toBe(true);
  expect(matches("?", press("?"), false)).toBe(true);
  expect(matches("?", press("?", { ctrlKey: true }), false)).toBe(false);
});

test("single keys are letters while somebody types", () => {
  const registry = new CommandRegistry();
  registry.add([command("sheet", "?"), command("lock", "mod+l")]);
  expect(registry.find(press("?"), { typing: true, dialog: false }, false)).toBeNull();
  expect(registry.find(press("l", { ctrlKey: true }), { typing: true, dialog: false }, false)?.id).toBe("lock");
});

test("behind a dialog only what says so can be run", () => {
  const registry = new CommandRegistry();
  registry.add([command("save", "mod+enter"), command("lock", "mod+l", { overDialogs: true })]);
  const behind = { typing: false, dialog: true };
  expect(registry.find(press("Enter", { ctrlKey: true }), behind, false)).toBeNull();
  expect(registry.find(press("l", { ctrlKey: true }), behind, false)?.id).toBe("lock");
});

test("the newest command wins, and is gone with its page", () => {
  const registry = new CommandRegistry();
  const told = vi.fn();
  registry.watch(told);
  registry.add([command("page", "mod+enter")]);
  const leave = registry.add([command("form", "mod+enter")]);
  expect(registry.find(press("Enter", { ctrlKey: true }), free, false)?.id).toBe("form");
  leave();
  expect(registry.find(press("Enter", { ctrlKey: true }), free, false)?.id).toBe("page");
  expect(told).toHaveBeenCalledTimes(3);
});

test("keys as people read them", () => {
  expect(showKeys("mod+k", false)).toEqual(["Ctrl", "K"]);
  expect(showKeys("mod+k", true)).toEqual(["⌘", "K"]);
});

test("where letters are text", () => {
  const check = document.createElement("input");
  check.type = "checkbox";
  expect(isTyping(document.createElement("input"))).toBe(true);
  expect(isTyping(document.createElement("textarea"))).toBe(true);
  expect(isTyping(check)).toBe(false);
  expect(isTyping(document.createElement("button"))).toBe(false);
});
