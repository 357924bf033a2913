type Save = () => Promise<unknown>;

const saves = new Set<Save>();
const PATIENCE_MS = 700;

/** Something that must be written before the person locks by button or shortcut. */
export function beforeLock(save: Save): () => void {
  saves.add(save);
  return () => saves.delete(save);
}

/** Writes all of it, but never holds up the lock for longer than a moment. */
export async function saveBeforeLock(): Promise<void> {
  const all = Promise.allSettled([...saves].map((save) => save()));
  const patience = new Promise((done) => setTimeout(done, PATIENCE_MS));
  await Promise.race([all, patience]);
}
