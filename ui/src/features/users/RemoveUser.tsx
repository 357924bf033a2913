import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { useState } from "react";
import type { UserRow } from "../../bridge";
import { Dialog } from "../../kit/Dialog";
import { Row, Stack } from "../../kit/Layout";

/** Taking a person's key away cannot be undone, therefore it is asked first. */
export function RemoveUser(props: { user: UserRow; onRemove: (user: UserRow) => Promise<void> }) {
  const { t } = useLingui();
  const { user } = props;
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button variant="subtle" onClick={() => setAsking(true)} aria-label={t`Remove ${user.name}`}>
        <Trans>Remove…</Trans>
      </Button>
      <Dialog opened={asking} onClose={() => setAsking(false)} title={t`Remove ${user.name}?`}>
        <Stack>
          <span>
            <Trans>
              Their key on this computer is destroyed. What they wrote stays. To come back they must be added again with
              a new password.
            </Trans>
          </span>
          <Row end>
            <Button variant="default" onClick={() => setAsking(false)} data-autofocus>
              <Trans>Cancel</Trans>
            </Button>
            <Button
              onClick={() => {
                setAsking(false);
                void props.onRemove(user);
              }}
            >
              <Trans>Remove</Trans>
            </Button>
          </Row>
        </Stack>
      </Dialog>
    </>
  );
}
