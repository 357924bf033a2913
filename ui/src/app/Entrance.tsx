import { Trans } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { useEffect, useState } from "react";
import { type AppStatus, type CommandError, call, type LockReason, type Session } from "../bridge";
import { MachineCheck } from "../features/machine/MachineCheck";
import { UnlockScreen } from "../features/unlock/UnlockScreen";
import { Door, door } from "../kit/Door";
import { ErrorNotice, Loading } from "../kit/Notes";
import { FirstRun } from "./FirstRun";
import { Wiped } from "./Wiped";

export type EntranceState =
  | { kind: "starting" }
  | { kind: "locking" }
  | { kind: "failed"; error: CommandError }
  | { kind: "status"; status: AppStatus; because: LockReason | null };

/** How often a page that is locked asks whether something else is to be shown, in milliseconds. */
const LOOK_MS = 4_000;

/** A computer can be wiped while nobody has unlocked: then the page says so by itself. */
function useLookAgain(state: AppStatus["state"] | null, onChange: () => void) {
  useEffect(() => {
    if (state === null || state === "unlocked") return;
    const timer = setInterval(() => {
      void call("app_status", {}).then(
        (now) => {
          if (now.state !== state && now.state !== "unlocked") onChange();
        },
        () => undefined,
      );
    }, LOOK_MS);
    return () => clearInterval(timer);
  }, [state, onChange]);
}

/** Everything that is shown while no vault is open. Holds no record. */
export function Entrance(props: {
  state: EntranceState;
  lastUser: string | null;
  onOpen: (session: Session) => void;
  onRefresh: () => void;
}) {
  const { state } = props;
  const [machine, setMachine] = useState(false);
  useLookAgain(state.kind === "status" ? state.status.state : null, props.onRefresh);
  if (machine) {
    return (
      <Door wide>
        <MachineCheck
          back={
            <Button variant="default" onClick={() => setMachine(false)} autoFocus>
              <Trans>Back</Trans>
            </Button>
          }
        />
      </Door>
    );
  }
  if (state.kind === "failed") {
    return (
      <Door>
        <h1>
          <Trans>Wardkeep cannot start</Trans>
        </h1>
        <ErrorNotice error={state.error} onRetry={props.onRefresh} />
        <div className={door.buttons}>
          <span />
          <Button variant="default" onClick={() => setMachine(true)}>
            <Trans>Machine check</Trans>
          </Button>
        </div>
      </Door>
    );
  }
  if (state.kind !== "status") {
    return (
      <Door>
        <Loading lines={2} />
      </Door>
    );
  }
  if (state.status.wiped) {
    return <Wiped wiped={state.status.wiped} onOpen={props.onOpen} />;
  }
  if (state.status.state === "no_vault") {
    if (state.status.problem) {
      return (
        <Door>
          <h1>
            <Trans>Wardkeep cannot start</Trans>
          </h1>
          <ErrorNotice error={state.status.problem} onRetry={props.onRefresh} />
          <div className={door.buttons}>
            <span />
            <Button variant="default" onClick={() => setMachine(true)}>
              <Trans>Machine check</Trans>
            </Button>
          </div>
        </Door>
      );
    }
    return <FirstRun onOpen={props.onOpen} />;
  }
  return (
    <UnlockScreen
      status={state.status}
      because={state.because}
      lastUser={props.lastUser}
      onOpen={props.onOpen}
      onRefresh={props.onRefresh}
      onMachine={() => setMachine(true)}
    />
  );
}
