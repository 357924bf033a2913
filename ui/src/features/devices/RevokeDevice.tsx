import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type DeviceRow, useAct } from "../../bridge";
import { Dialog } from "../../kit/Dialog";
import { Row, Stack } from "../../kit/Layout";
import { ErrorNotice } from "../../kit/Notes";
import css from "../../kit/sync.module.css";
import { say } from "../../kit/undo";

/** Takes a device out of the clinic. It cannot be undone, so it says first what happens. */
export function RevokeDevice(props: { device: DeviceRow }) {
  const { t } = useLingui();
  const { device } = props;
  const answers = useQueryClient();
  const [asking, setAsking] = useState(false);
  const revoke = useAct("device_revoke");
  const close = () => {
    setAsking(false);
    revoke.reset();
  };
  const submit = () =>
    revoke.mutate(
      { id: device.id },
      {
        onSuccess: (rows) => {
          answers.setQueryData(["device_list", {}], rows);
          say(t`${device.name} is revoked`);
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
        aria-label={t`Revoke ${device.name}`}
        data-testid="device-revoke"
      >
        <Trans>Revoke…</Trans>
      </Button>
      <Dialog opened={asking} onClose={close} title={t`Revoke ${device.name}?`} size={520}>
        <Stack>
          <ul className={css.steps}>
            <li>
              <Trans>From now on it gets nothing new: the keys change, and the server turns it away.</Trans>
            </li>
            <li>
              <Trans>
                Once it has heard, nobody can unlock on it any more. What it has stays on it, encrypted. Nothing is
                erased there by this; if it was stolen, its password is what protects it.
              </Trans>
            </li>
            <li>
              <Trans>
                What it sent before stays in the records. What it wrote and had not sent, it may still hand in, sealed:
                it is put aside here until an administrator takes it in.
              </Trans>
            </li>
            <li>
              <Trans>It cannot be taken back. The computer can join again only with a new invitation.</Trans>
            </li>
          </ul>
          {revoke.error ? <ErrorNotice error={revoke.error} /> : null}
          <Row end>
            <Button variant="default" onClick={close} data-autofocus>
              <Trans>Cancel</Trans>
            </Button>
            <Button loading={revoke.isPending} onClick={submit} data-testid="device-revoke-confirm">
              <Trans>Revoke {device.name}</Trans>
            </Button>
          </Row>
        </Stack>
      </Dialog>
    </>
  );
}
