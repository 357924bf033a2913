import { call } from "./call";

const EVERY_MS = 10_000;
const SIGNS = ["keydown", "pointerdown", "pointermove", "wheel"] as const;

/**
 * Tells the program that a person is here, at most once in ten seconds and
 * only for events that a person made, so that no script keeps a vault open.
 */
export function reportActivity(idleLock: (seconds: number) => void, now: () => number = Date.now): () => void {
  let last = Number.NEGATIVE_INFINITY;
  const seen = (event: Event) => {
    if (!event.isTrusted || now() - last < EVERY_MS) return;
    last = now();
    call("touch", {}).then(
      (answer) => idleLock(answer.idle_lock_in_s),
      () => undefined,
    );
  };
  for (const sign of SIGNS) window.addEventListener(sign, seen, { capture: true, passive: true });
  return () => {
    for (const sign of SIGNS) window.removeEventListener(sign, seen, { capture: true });
  };
}
