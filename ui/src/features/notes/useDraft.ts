import { useCallback, useEffect, useRef, useState } from "react";
import { type CommandError, call, type NoteDraft, toCommandError } from "../../bridge";
import { beforeLock } from "../../kit/beforeLock";

const PAUSE_MS = 600;

export interface Draft {
  text: string;
  setText: (text: string) => void;
  /** When the vault last took the draft; null when there is none. */
  savedAtMs: number | null;
  /** Typed and not yet in the vault. */
  unsaved: boolean;
  error: CommandError | null;
  /** Writes what is typed now. */
  flush: () => Promise<void>;
  /** Forgets the draft here, after it became a note or was thrown away. */
  clear: () => void;
}

/** A draft that is in the vault half a second after each pause, so that no crash takes more than the last words. */
export function useDraft(patient: string, start: NoteDraft | null): Draft {
  const [text, setTyped] = useState(start?.text ?? "");
  const [savedAtMs, setSavedAt] = useState(start?.saved_at_ms ?? null);
  const [unsaved, setUnsaved] = useState(false);
  const [error, setError] = useState<CommandError | null>(null);
  const typed = useRef(start?.text ?? "");
  const stored = useRef(start?.text ?? "");
  const writing = useRef<Promise<void> | null>(null);

  const flush = useCallback(async () => {
    // One write at a time, so that an older text can never arrive after a newer one.
    while (writing.current) await writing.current;
    const now = typed.current;
    if (now === stored.current) return;
    const write =
      now === ""
        ? call("note_draft_discard", { patient }).then(() => null)
        : call("note_draft_save", { patient, text: now });
    writing.current = write
      .then(
        (saved) => {
          stored.current = now;
          setSavedAt(saved?.saved_at_ms ?? null);
          setUnsaved(typed.current !== now);
          setError(null);
        },
        (thrown: unknown) => setError(toCommandError(thrown)),
      )
      .finally(() => {
        writing.current = null;
      });
    await writing.current;
  }, [patient]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the pause begins again with every letter
  useEffect(() => {
    if (!unsaved) return;
    const timer = setTimeout(() => void flush(), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, unsaved, flush]);

  useEffect(() => {
    const stop = beforeLock(flush);
    return () => {
      stop();
      void flush();
    };
  }, [flush]);

  const setText = (next: string) => {
    typed.current = next;
    setTyped(next);
    setUnsaved(next !== stored.current);
  };
  const clear = () => {
    typed.current = "";
    stored.current = "";
    setTyped("");
    setUnsaved(false);
    setSavedAt(null);
    setError(null);
  };
  return { text, setText, savedAtMs, unsaved, error, flush, clear };
}
