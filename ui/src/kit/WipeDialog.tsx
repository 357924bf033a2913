import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Checkbox } from "@mantine/core";
import { useState } from "react";
import type { CommandError } from "../bridge";
import { Dialog } from "./Dialog";
import { Row, Stack } from "./Layout";
import { ErrorNotice } from "./Notes";
import css from "./sync.module.css";

/** Asks once more before a computer is told to destroy what it holds; with `second`, for the other administrator's word. */
export function WipeDialog(props: {
  name: string;
  second: boolean;
  pending: boolean;
  error: CommandError | null;
  onOrder: (postUnsent: boolean) => void;
  onClose: () => void;
}) {
  const { t } = useLingui();
  const [discard, setDiscard] = useState(false);
  return (
    <Dialog opened onClose={props.onClose} title={t`Wipe ${props.name}?`} size={520}>
      <Stack>
        <ul className={css.steps}>
          <li>
            <Trans>
              As soon as it hears of the order it destroys its keys and all records, also when it is locked. That cannot
              be taken back.
            </Trans>
          </li>
          <li>
            <Trans>
              A computer that never meets the server again is never wiped. It counts as wiped only when the computer
              itself has said so.
            </Trans>
          </li>
          <li>
            <Trans>From now on it gets nothing new, and the keys change for all others.</Trans>
          </li>
        </ul>
        {props.second ? null : (
          <Checkbox
            checked={discard}
            onChange={(event) => setDiscard(event.currentTarget.checked)}
            label={t`Do not wait for what it has not sent yet: that work is lost`}
            data-testid="wipe-discard"
          />
        )}
        {props.error ? <ErrorNotice error={props.error} /> : null}
        <Row end>
          <Button variant="default" onClick={props.onClose} data-autofocus>
            <Trans>Cancel</Trans>
          </Button>
          <Button loading={props.pending} onClick={() => props.onOrder(!discard)} data-testid="wipe-confirm">
            {props.second ? <Trans>Confirm the wipe</Trans> : <Trans>Wipe it</Trans>}
          </Button>
        </Row>
      </Stack>
    </Dialog>
  );
}
