import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { useBlocker } from "react-router";
import { Dialog } from "./Dialog";
import { Row, Stack } from "./Layout";

/** Asks before typed words are thrown away by leaving the page. */
export function LeaveGuard(props: { when: () => boolean }) {
  const { t } = useLingui();
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) => currentLocation.key !== nextLocation.key && props.when(),
  );
  return (
    <Dialog opened={blocker.state === "blocked"} onClose={() => blocker.reset?.()} title={t`Leave without saving?`}>
      <Stack>
        <span>
          <Trans>What you changed here is not saved yet.</Trans>
        </span>
        <Row end>
          <Button variant="default" onClick={() => blocker.proceed?.()} data-testid="leave-anyway">
            <Trans>Throw it away</Trans>
          </Button>
          <Button onClick={() => blocker.reset?.()} data-autofocus data-testid="leave-stay">
            <Trans>Stay here</Trans>
          </Button>
        </Row>
      </Stack>
    </Dialog>
  );
}
