import { beforeEach, expect, test, vi } from "vitest";
import type { LockReason } from "./generated";

const window = vi.hoisted(() => ({ dispatch: vi.fn(), onLock: vi.fn() }));
vi.mock("./transport", () => window);
const { call, ERROR_CODES, toCommandError, watchLock } = await import("./call");

beforeEach(() => {
  window.onLock.mockResolvedValue(() => undefined);
});

test("an error keeps its figures and no text", () => {
  expect(toCommandError({ code: "too_soon", retryable: true, detail: { seconds: 4 }, message: "Meyer" })).toEqual({
    code: "too_soon",
    field: null,
    retryable: true,
    detail: { seconds: 4 },
  });
  for (const thrown of [new Error("Meyer"), "Meyer", null, { code: "unheard_of" }, 7]) {
    expect(toCommandError(thrown)).toEqual({ code: "internal", field: null, retryable: false, detail: null });
  }
  expect(new Set(ERROR_CODES).size).toBe(ERROR_CODES.length);
});

test("a command that finds the vault locked tells the page", async () => {
  const heard: (LockReason | null)[] = [];
  const stop = watchLock((reason) => heard.push(reason));
  window.dispatch.mockRejectedValueOnce({ code: "locked" });
  await expect(call("session", {})).rejects.toMatchObject({ code: "locked" });
  expect(heard).toEqual([null]);
  stop();
  window.dispatch.mockRejectedValueOnce({ code: "locked" });
  await expect(call("session", {})).rejects.toMatchObject({ code: "locked" });
  expect(heard).toHaveLength(1);
});

test("the program's own lock is heard with its reason", () => {
  const heard: (LockReason | null)[] = [];
  let tell: (payload: unknown) => void = () => undefined;
  window.onLock.mockImplementation((listener: (payload: unknown) => void) => {
    tell = listener;
    return Promise.resolve(() => undefined);
  });
  watchLock((reason) => heard.push(reason));
  tell({ reason: "suspend" });
  tell("screen_lock");
  tell({ reason: "nonsense" });
  expect(heard).toEqual(["suspend", "screen_lock", "idle"]);
});
