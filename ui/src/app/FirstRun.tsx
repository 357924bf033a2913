import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import type { Session } from "../bridge";
import { JoinForm } from "../features/joining/JoinForm";
import { Wizard } from "../features/setup/Wizard";
import css from "../kit/sync.module.css";

/** A computer without a vault: it begins a clinic, or asks to join one. */
export function FirstRun(props: { onOpen: (session: Session) => void }) {
  const { t } = useLingui();
  const [way, setWay] = useState<"found" | "join">("found");
  const choice = (
    <fieldset className={css.choices} aria-label={t`How to begin`}>
      <label className={css.choice}>
        <input
          type="radio"
          name="way"
          checked={way === "found"}
          onChange={() => setWay("found")}
          data-testid="way-found"
        />
        <strong>
          <Trans>Found a new clinic</Trans>
        </strong>
        <small>
          <Trans>This is its first computer</Trans>
        </small>
      </label>
      <label className={css.choice}>
        <input
          type="radio"
          name="way"
          checked={way === "join"}
          onChange={() => setWay("join")}
          data-testid="way-join"
        />
        <strong>
          <Trans>Join a clinic</Trans>
        </strong>
        <small>
          <Trans>An administrator has invited you</Trans>
        </small>
      </label>
    </fieldset>
  );
  return way === "found" ? (
    <Wizard choice={choice} onOpen={props.onOpen} />
  ) : (
    <JoinForm choice={choice} onOpen={props.onOpen} />
  );
}
