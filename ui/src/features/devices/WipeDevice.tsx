import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Checkbox } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type DeviceRow, useAct } from "../../bridge";
import { Dialog } from "../../kit/Dialog";
import { Row, Stack } from "../../kit/Layout";
import { ErrorNotice } from "../../kit/Notes";
import css from "../../kit/sync.module.css";
import { say } from "../../kit/undo";

/** Orders a device to destroy what it holds, or gives the second administrator's word to such an order. */
export function WipeDevice(props: { device: DeviceRow }) {
  const { t } = useLingui();
  const { device } = props;
  const { name } = device;
  const answers = useQueryClient();
  const [asking, setAsking] = useState(false);
  const [discard, setDiscard] = useState(false);
  const wipe = useAct("device_wipe");
  const second = device.wipe?.may_confirm === true;
  if (device.this || (device.wipe && !second)) return null;
  const close = () => {
    setAsking(false);
    setDiscard(false);
    wipe.reset();
  };
  const submit = () =>
    wipe.mutate(
      { id: device.id, post_unsent: !discard },
      {
        onSuccess: (rows) => {
          answers.setQueryData(["device_list", {}], rows);
          say(t`The wipe of ${name} is ordered`);
          close();
        },
      },
    );
  return (
    <>
      <Button
        variant="subtle"
        size="xs"
        onClick={() => setAsking(true)}
        aria-label={second ? t`Confirm the wipe of ${name}` : t`Wipe ${name}`}
        data-testid="device-wipe"
      >
        {second ? <Trans>Confirm wipe…</Trans> : <Trans>Wipe…</Trans>}
      </Button>
      <Dialog opened={asking} onClose={close} title={t`Wipe ${name}?`} size={520}>
        <Stack>
          <ul className={css.steps}>
            <li>
              <Trans>
                As soon as it hears of the order it destroys its keys and all records, also when it is locked. That
                cannot be taken back.
              </Trans>
            </li>
            <li>
              <Trans>
                A computer that never meets the server again is never wiped. “Confirmed” is shown here only when the
                computer itself has said so.
              </Trans>
            </li>
            <li>
              <Trans>From now on it gets nothing new, and the keys change for all others.</Trans>
            </li>
          </ul>
          {second ? null : (
            <Checkbox
              checked={discard}
              onChange={(event) => setDiscard(event.currentTarget.checked)}
              label={t`Do not wait for what it has not sent yet: that work is lost`}
              data-testid="device-wipe-discard"
            />
          )}
          {wipe.error ? <ErrorNotice error={wipe.error} /> : null}
          <Row end>
            <Button variant="default" onClick={close} data-autofocus>
              <Trans>Cancel</Trans>
            </Button>
            <Button loading={wipe.isPending} onClick={submit} data-testid="device-wipe-confirm">
              {second ? <Trans>Confirm the wipe</Trans> : <Trans>Wipe it</Trans>}
            </Button>
          </Row>
        </Stack>
      </Dialog>
    </>
  );
}
