import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { useEffect } from "react";
import { call, type JoinState, type LockReason, reportActivity, type Session, useAsk } from "../../bridge";
import { Door, door } from "../../kit/Door";
import { Stack } from "../../kit/Layout";
import { ErrorNotice, Loading, Notice } from "../../kit/Notes";
import css from "../../kit/sync.module.css";
import { Words } from "../../kit/Words";

const EVERY_MS = 2_000;

/** Where a person waits who has a vault and no role yet: six words, and what became of the request. */
export function JoinRoom(props: {
  session: Session;
  onSession: (session: Session) => void;
  onLock: (reason: LockReason) => void;
}) {
  const { onSession } = props;
  const { t } = useLingui();
  const join = useAsk("join_status", {}, { refetchInterval: EVERY_MS, staleTime: 0, gcTime: 0 });
  const state = join.data?.state;
  useEffect(() => reportActivity(() => undefined), []);
  // The program locks when the roles come; until then it is asked, and its answer `locked` leads to the unlock screen.
  useEffect(() => {
    if (state !== "approved" && state !== "none") return;
    const look = () => void call("session", {}).then(onSession, () => undefined);
    look();
    const timer = setInterval(look, EVERY_MS);
    return () => clearInterval(timer);
  }, [state, onSession]);

  return (
    <Door wide step={<Trans>Joining a clinic</Trans>}>
      <Stack>
        <h1>{state === undefined ? <Trans>Joining a clinic</Trans> : <Title state={state} />}</h1>
        {join.error ? <ErrorNotice error={join.error} onRetry={() => void join.refetch()} testId="join-error" /> : null}
        {join.data ? (
          <div data-testid="join-state" data-state={join.data.state}>
            <Stack>
              <Body state={join.data.state} />
              {join.data.state === "waiting" ? (
                <>
                  <Words words={join.data.words} label={t`Your six words`} testId="join-words" />
                  <p className={css.quiet}>
                    <Trans>
                      Keep Wardkeep open and unlocked on this computer: the answer appears here by itself. If it locks,
                      unlock it again.
                    </Trans>
                  </p>
                </>
              ) : null}
            </Stack>
          </div>
        ) : join.error ? null : (
          <Loading lines={2} />
        )}
        <div className={door.buttons}>
          <span className={css.quiet}>
            <bdi>{props.session.user.name}</bdi>
          </span>
          <Button variant="default" onClick={() => props.onLock("button")} data-testid="lock-button">
            <Trans>Lock</Trans>
          </Button>
        </div>
      </Stack>
    </Door>
  );
}

function Title(props: { state: JoinState }) {
  switch (props.state) {
    case "waiting":
      return <Trans>Compare these words with the administrator</Trans>;
    case "approved":
      return <Trans>You are in</Trans>;
    case "refused":
      return <Trans>The request was refused</Trans>;
    case "expired":
      return <Trans>The invitation has expired</Trans>;
    case "failed":
      return <Trans>The answer cannot be trusted</Trans>;
    case "none":
      return <Trans>No role yet</Trans>;
  }
}

function Body(props: { state: JoinState }) {
  switch (props.state) {
    case "waiting":
      return (
        <p className={css.text}>
          <Trans>
            The administrator sees six words, too. Read yours out, side by side or on the phone. Only if all six are the
            same, they approve.
          </Trans>
        </p>
      );
    case "approved":
      return (
        <Notice tone="good" title={<Trans>The administrator has approved</Trans>}>
          <Trans>
            The keys are being fetched. Then Wardkeep locks once; unlock it, and the records begin to arrive.
          </Trans>
        </Notice>
      );
    case "refused":
      return (
        <Notice tone="warn" title={<Trans>An administrator has said no</Trans>}>
          <p>
            <Trans>Ask them why. Perhaps the words differed, or it was a mistake.</Trans>
          </p>
          <Anew />
        </Notice>
      );
    case "expired":
      return (
        <Notice tone="warn" title={<Trans>Nobody answered while it was good</Trans>}>
          <p>
            <Trans>An invitation holds for a day. Ask the administrator for a new one.</Trans>
          </p>
          <Anew />
        </Notice>
      );
    case "failed":
      return (
        <Notice tone="warn" title={<Trans>What came back does not fit what you asked</Trans>}>
          <p>
            <Trans>
              Nothing of it was taken over. Tell the administrator: somebody may have tampered with the server or the
              line.
            </Trans>
          </p>
          <Anew />
        </Notice>
      );
    case "none":
      return (
        <Notice tone="info" title={<Trans>You have no role on this computer</Trans>}>
          <Trans>Ask an administrator of the clinic for one. This page goes on by itself.</Trans>
        </Notice>
      );
  }
}

/** How to ask once more. The vault of this request holds no record, and Wardkeep never writes a new one over an old one. */
function Anew() {
  const about = useAsk("about", {});
  return (
    <>
      <p>
        <Trans>
          To ask again: close Wardkeep, move its folder away, start it again and use a new invitation. The folder holds
          no record yet.
        </Trans>
      </p>
      {about.data ? (
        <p>
          <Trans>Folder: {about.data.home}</Trans>
        </p>
      ) : null}
    </>
  );
}
