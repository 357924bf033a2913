import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useEffect, useState } from "react";
import { Link } from "react-router";
import { useAsk } from "../bridge";
import { showMoment } from "../kit/dates";
import { showClock } from "../kit/numbers";
import { useRights, useSession } from "../kit/session";
import css from "../kit/shell.module.css";
import { useStatusEntries } from "../kit/status";
import { isAttached } from "../kit/useSync";
import { syncLine } from "../kit/words/sync";
import { usePlace } from "./place";
import { useSyncWatch } from "./useSyncWatch";

const WARN_BEFORE_LOCK_S = 30;

/** One line, always in the same place: what became of the work, what goes on, and how long the vault stays open. */
export function StatusLine() {
  const session = useSession();
  const entries = useStatusEntries();
  const first = entries[0];
  const left = useIdleSeconds();
  const soon = left !== null && left <= WARN_BEFORE_LOCK_S;
  return (
    <footer className={css.status} data-testid="status-line">
      <SyncWords />
      <span className={css.says} role="status">
        {soon ? (
          <span className={css.warn}>
            <Trans>Locks soon: move the mouse or press a key to stay</Trans>
          </span>
        ) : first ? (
          <span className={first.tone === "info" ? undefined : css[first.tone]}>{first.text}</span>
        ) : null}
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

/** Where sync stands, in words, as a way to the page that says more. */
function SyncWords() {
  const { t, i18n } = useLingui();
  const sync = useSyncWatch();
  const rights = useRights();
  // What was true a while ago is not said as if it were true now.
  const status = sync.error ? undefined : sync.data;
  const line = status ? syncLine(status, i18n.locale) : null;
  return (
    <>
      <span role="status">
        <Link
          to="/sync"
          className={line && line.tone !== "info" ? css[line.tone] : undefined}
          data-testid="sync-line"
          data-state={status?.state ?? "unknown"}
        >
          <span className={css.dot} aria-hidden />
          {line ? (
            t(line.text)
          ) : sync.error ? (
            <Trans>Where sync stands is not known now</Trans>
          ) : (
            <Trans>Looking where sync stands…</Trans>
          )}
        </Link>
      </span>
      {status?.lease?.soon && status.lease.ends_ms !== null ? (
        <Link to="/sync" className={css.warn} data-testid="lease-soon">
          <Trans>This computer’s lease ends {showMoment(status.lease.ends_ms, i18n.locale)}: connect it once</Trans>
        </Link>
      ) : null}
      {rights.admin && isAttached(status) ? <NoRecovery /> : null}
      {status && status.conflicts > 0 ? (
        <Link to="/review" className={css.warn} data-testid="review-link">
          <Plural value={status.conflicts} one="# conflict to review" other="# conflicts to review" />
        </Link>
      ) : null}
    </>
  );
}

/** An administrator is reminded for as long as nothing on paper could bring the clinic back. */
function NoRecovery() {
  const status = useAsk("recovery_status", {}, { staleTime: 60_000 });
  if (!status.data || status.data.paper) return null;
  return (
    <Link to="/keys" className={css.warn} data-testid="recovery-missing">
      <Trans>No recovery key yet</Trans>
    </Link>
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
