import { Plural, Trans } from "@lingui/react/macro";
import { useEffect, useState } from "react";
import { showClock } from "../kit/numbers";
import { useSession } from "../kit/session";
import css from "../kit/shell.module.css";
import { useStatusEntries } from "../kit/status";
import { usePlace } from "./place";

const WARN_BEFORE_LOCK_S = 30;

/** One line, always in the same place: what goes on, and how long the vault stays open. */
export function StatusLine() {
  const session = useSession();
  const entries = useStatusEntries();
  const first = entries[0];
  const left = useIdleSeconds();
  const soon = left !== null && left <= WARN_BEFORE_LOCK_S;
  return (
    <footer className={css.status} data-testid="status-line">
      <span className={css.says} role="status">
        {soon ? (
          <span className={css.warn}>
            <Trans>Locks soon: move the mouse or press a key to stay</Trans>
          </span>
        ) : first ? (
          <span className={first.tone === "info" ? undefined : css[first.tone]}>{first.text}</span>
        ) : (
          <span>
            <span className={css.dot} aria-hidden />
            <Trans>Unlocked. Everything is stored on this computer.</Trans>
          </span>
        )}
      </span>
      <span>
        <Plural value={session.patient_count} one="# patient" other="# patients" />
      </span>
      {soon ? (
        <span className={css.warn}>
          <Trans>locks in {showClock(left)}</Trans>
        </span>
      ) : null}
      <span>
        <bdi>{session.user.name}</bdi>
      </span>
    </footer>
  );
}

function useIdleSeconds(): number | null {
  const { idleAt } = usePlace();
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    if (idleAt === null) return;
    const timer = setInterval(() => setNow(performance.now()), 1000);
    return () => clearInterval(timer);
  }, [idleAt]);
  return idleAt === null ? null : Math.max(0, Math.ceil((idleAt - now) / 1000));
}
