import { expect, test, vi } from "vitest";

const dispatch = vi.hoisted(() => vi.fn().mockResolvedValue({ idle_lock_in_s: 300 }));
vi.mock("./transport", () => ({ dispatch, onLock: vi.fn() }));
const { reportActivity } = await import("./activity");

/** An event as a person makes it; scripts cannot make one that is trusted. */
function byPerson(type: string): Event {
  const event = new Event(type);
  Object.defineProperty(event, "isTrusted", { value: true });
  return event;
}

test("a person is reported once in ten seconds, a script never", async () => {
  let now = 0;
  const told = vi.fn();
  const stop = reportActivity(told, () => now);
  window.dispatchEvent(new Event("keydown"));
  expect(dispatch).not.toHaveBeenCalled();
  window.dispatchEvent(byPerson("keydown"));
  window.dispatchEvent(byPerson("pointermove"));
  expect(dispatch).toHaveBeenCalledExactlyOnceWith("touch", {});
  await vi.waitFor(() => expect(told).toHaveBeenCalledWith(300));
  now = 10_000;
  window.dispatchEvent(byPerson("wheel"));
  expect(dispatch).toHaveBeenCalledTimes(2);
  stop();
  now = 99_000;
  window.dispatchEvent(byPerson("keydown"));
  expect(dispatch).toHaveBeenCalledTimes(2);
});
