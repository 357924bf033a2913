import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { useState } from "react";
import type { Session, WipedView } from "../bridge";
import { Door, door } from "../kit/Door";
import { showMoment } from "../kit/dates";
import { Notice } from "../kit/Notes";
import { FirstRun } from "./FirstRun";

/** What a wiped computer shows: what happened, what is left, and how to begin anew. */
export function Wiped(props: { wiped: WipedView; onOpen: (session: Session) => void }) {
  const { i18n } = useLingui();
  const [anew, setAnew] = useState(false);
  const { over, at_ms } = props.wiped;
  if (anew && over) return <FirstRun onOpen={props.onOpen} />;
  return (
    <Door>
      <div data-testid="wiped" data-state={over ? "over" : "under_way"}>
        <h1>
          <Trans>This computer was wiped</Trans>
        </h1>
        <p className={door.lead}>
          <Trans>
            An administrator of the clinic ordered it. The keys and all records on this computer were destroyed (
            {showMoment(at_ms, i18n.locale)}); nobody can bring them back from here.
          </Trans>
        </p>
        {over ? (
          <Notice tone="info" title={<Trans>The clinic has the receipt</Trans>}>
            <Trans>
              The records of the clinic are on its other computers. To use Wardkeep here again, ask an administrator for
              an invitation, or found a new clinic.
            </Trans>
          </Notice>
        ) : (
          <Notice tone="info" title={<Trans>The receipt has not reached the clinic yet</Trans>}>
            <Trans>It is sent as soon as the server can be reached. Then this computer can be set up anew.</Trans>
          </Notice>
        )}
      </div>
      <div className={door.buttons}>
        <span />
        <Button disabled={!over} onClick={() => setAnew(true)} data-testid="wiped-anew">
          <Trans>Set up anew</Trans>
        </Button>
      </div>
    </Door>
  );
}
