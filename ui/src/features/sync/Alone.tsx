import { Trans } from "@lingui/react/macro";
import { Panel, Stack } from "../../kit/Layout";
import { Notice } from "../../kit/Notes";
import { useRights } from "../../kit/session";
import { Attach } from "./Attach";

/** A computer without a server. */
export function Alone() {
  const rights = useRights();
  return (
    <Stack>
      <Notice tone="info" title={<Trans>This computer works alone</Trans>} testId="sync-state">
        <Trans>
          Everything is stored here, encrypted, and nowhere else. With a server, other computers of the clinic can join,
          and what is written on one is seen on all. The server cannot read any of it.
        </Trans>
      </Notice>
      {rights.admin ? (
        <Attach />
      ) : (
        <Panel>
          <Trans>An administrator can attach a server here.</Trans>
        </Panel>
      )}
    </Stack>
  );
}
