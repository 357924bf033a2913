import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { type AppStatus, type CommandError, type LockReason, type Session, useAct } from "../../bridge";
import { Door, door } from "../../kit/Door";
import { showMoment } from "../../kit/dates";
import { Chip, ErrorNotice, Notice } from "../../kit/Notes";
import { showClock } from "../../kit/numbers";
import { PasswordField } from "../../kit/PasswordField";
import { LOCK_WORDS } from "../../kit/words/roles";
import { useCountdown } from "./useCountdown";

/** Faults of the keychain or the vault: no password helps against them. */
const NOT_THE_PASSWORD = new Set<CommandError["code"]>([
  "keychain_absent",
  "keychain_locked",
  "keychain_entry_missing",
  "keychain_changed",
  "vault_newer",
  "vault_damaged",
]);

export function UnlockScreen(props: {
  status: AppStatus;
  because: LockReason | null;
  lastUser: string | null;
  onOpen: (session: Session) => void;
  onRefresh: () => void;
  onMachine: () => void;
}) {
  const { t } = useLingui();
  const { users } = props.status;
  const [chosen, setChosen] = useState(props.lastUser ?? users[0]?.id ?? "");
  const user = users.find((one) => one.id === chosen) ?? users[0];
  const [password, setPassword] = useState("");
  const field = useRef<HTMLInputElement>(null);
  const unlock = useAct("unlock");
  const wait = useCountdown();
  const { start } = wait;
  const problem = unlock.error ?? props.status.problem;
  const because = props.because ? LOCK_WORDS[props.because] : null;

  const waiting = wait.left > 0;
  useEffect(() => {
    if (!waiting) field.current?.focus();
  }, [waiting]);
  // The wait is what the program says, not what this page remembers.
  useEffect(() => {
    if (props.status.retry_in_s > 0) start(props.status.retry_in_s);
  }, [props.status.retry_in_s, start]);

  const choose = (id: string, byPointer: boolean) => {
    setChosen(id);
    setPassword("");
    unlock.reset();
    if (byPointer) field.current?.focus();
  };

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!user || password === "" || unlock.isPending || wait.left > 0) return;
    unlock.mutate(
      { user: user.id, password },
      {
        onSuccess: (session) => {
          setPassword("");
          props.onOpen(session);
        },
        onError: (error) => {
          setPassword("");
          if (error.detail?.seconds) start(error.detail.seconds);
          requestAnimationFrame(() => field.current?.focus());
        },
      },
    );
  };

  return (
    <Door
      foot={
        <>
          <span>
            <Trans>Version {props.status.version}</Trans>
          </span>
          <button type="button" onClick={props.onMachine}>
            <Trans>Machine check</Trans>
          </button>
        </>
      }
    >
      <h1>
        <Trans>Unlock</Trans>
      </h1>
      <p className={door.lead}>{because ? t(because) : <Trans>Who are you?</Trans>}</p>
      <form className={door.form} onSubmit={submit}>
        <UserList users={users} chosen={user?.id ?? ""} onChoose={choose} />
        <PasswordField
          label={user ? t`Password of ${user.name}` : t`Password`}
          value={password}
          onChange={setPassword}
          autoComplete="current-password"
          testId="unlock-password"
          inputRef={field}
          disabled={wait.left > 0}
        />
        <Lease lease={props.status.lease} asked={unlock.error?.code === "lease_ended"} />
        {problem && !(problem.code === "too_soon" && wait.left === 0) ? (
          <ErrorNotice
            error={problem}
            testId="unlock-error"
            {...(NOT_THE_PASSWORD.has(problem.code) ? { onRetry: props.onRefresh } : {})}
          />
        ) : null}
        {wait.left > 0 ? (
          <Notice tone="info" title={<Trans>Next try in {showClock(wait.left)}</Trans>} testId="unlock-wait" />
        ) : null}
        <div className={door.buttons}>
          <span aria-live="polite">{unlock.isPending ? <Trans>Making the key from the password…</Trans> : null}</span>
          <Button
            type="submit"
            disabled={password === "" || wait.left > 0 || !user}
            loading={unlock.isPending}
            data-testid="unlock-submit"
          >
            <Trans>Unlock</Trans>
          </Button>
        </div>
      </form>
    </Door>
  );
}

/** What of the lease a person must know before the password: that it has ended, or that it will within days. */
function Lease(props: { lease: AppStatus["lease"]; asked: boolean }) {
  const { i18n } = useLingui();
  if (props.lease?.ended && !props.asked) {
    return (
      <Notice
        tone="warn"
        title={<Trans>This computer must meet the clinic’s server before it opens again</Trans>}
        testId="lease-ended"
      >
        <Trans>
          Connect it to the clinic’s network, then unlock: Wardkeep asks the server by itself. Nothing was erased.
        </Trans>
      </Notice>
    );
  }
  if (props.lease?.soon && props.lease.ends_ms !== null) {
    return (
      <Notice
        tone="info"
        title={<Trans>Opens without the server until {showMoment(props.lease.ends_ms, i18n.locale)}</Trans>}
        testId="lease-soon-locked"
      >
        <Trans>Connect this computer to the clinic’s network once before then.</Trans>
      </Notice>
    );
  }
  return null;
}

function UserList(props: {
  users: AppStatus["users"];
  chosen: string;
  onChoose: (id: string, byPointer: boolean) => void;
}) {
  const { t } = useLingui();
  if (props.users.length === 0) {
    return (
      <Notice tone="warn" title={<Trans>The names of the people of this computer cannot be read</Trans>}>
        <Trans>They are sealed with the keychain. Mend what is shown below, then try again.</Trans>
      </Notice>
    );
  }
  return (
    <fieldset className={door.users} aria-label={t`Person`}>
      {props.users.map((user, index) => (
        <label key={user.id} className={door.user} data-testid={`unlock-user-${index}`}>
          <input
            type="radio"
            name="user"
            value={user.id}
            checked={user.id === props.chosen}
            onChange={() => props.onChoose(user.id, false)}
            onClick={(event) => {
              // Arrow keys click without a place; they must not take the focus away from the list.
              if (event.clientX !== 0 || event.clientY !== 0) props.onChoose(user.id, true);
            }}
          />
          <span className={door.initials} aria-hidden>
            {user.initials}
          </span>
          <bdi>{user.name}</bdi>
          {props.users.length > 1 && user.id === props.chosen ? (
            <Chip tone="info">
              <Trans>chosen</Trans>
            </Chip>
          ) : null}
        </label>
      ))}
      <span className="visually-hidden">
        <Plural value={props.users.length} one="# person" other="# people" />
      </span>
    </fieldset>
  );
}
