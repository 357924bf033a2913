import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type DeviceRow, useAct } from "../../bridge";
import { say } from "../../kit/undo";
import { WipeDialog } from "../../kit/WipeDialog";

/** Orders a device to destroy what it holds, or gives the second administrator's word to such an order. */
export function WipeDevice(props: { device: DeviceRow }) {
  const { t } = useLingui();
  const { device } = props;
  const { name } = device;
  const answers = useQueryClient();
  const [asking, setAsking] = useState(false);
  const wipe = useAct("device_wipe");
  const second = device.wipe?.may_confirm === true;
  if (device.this || (device.wipe && !second)) return null;
  const close = () => {
    setAsking(false);
    wipe.reset();
  };
  const submit = (post_unsent: boolean) =>
    wipe.mutate(
      { id: device.id, post_unsent },
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
      {asking ? (
        <WipeDialog
          name={name}
          second={second}
          pending={wipe.isPending}
          error={wipe.error}
          onOrder={submit}
          onClose={close}
        />
      ) : null}
    </>
  );
}
