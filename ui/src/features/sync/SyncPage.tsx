import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Laptop, RefreshCw } from "lucide-react";
import { Link } from "react-router";
import { type SyncStatus, useAct, useAsk } from "../../bridge";
import { Columns, Page, Panel, Stack } from "../../kit/Layout";
import { ErrorNotice, Loading, Notice } from "../../kit/Notes";
import { useRights } from "../../kit/session";
import { isAttached } from "../../kit/useSync";
import { syncLine } from "../../kit/words/sync";
import { Alone } from "./Alone";
import { CompareWords } from "./CompareWords";
import { Contact } from "./Contact";
import { Problems } from "./Problems";
import { SnapshotPanel } from "./SnapshotPanel";
import { WaitingPanel } from "./WaitingPanel";

/** What waits and why, what sync found, and the words to compare with another screen. */
export function SyncPage() {
  const sync = useAsk("sync_status", {}, { staleTime: Number.POSITIVE_INFINITY });
  const rights = useRights();
  const status = sync.data;
  return (
    <Page
      title={<Trans>Sync</Trans>}
      actions={
        isAttached(status) ? (
          <>
            {rights.admin ? (
              <Button
                component={Link}
                to="/devices"
                variant="default"
                leftSection={<Laptop size={16} aria-hidden />}
                data-testid="sync-devices"
              >
                <Trans>Devices</Trans>
              </Button>
            ) : null}
            {status?.state === "revoked" ? null : <SyncNow />}
          </>
        ) : null
      }
    >
      {sync.error ? (
        <ErrorNotice error={sync.error} onRetry={() => void sync.refetch()} />
      ) : !status ? (
        <Loading />
      ) : status.state === "alone" ? (
        <Alone />
      ) : (
        <Attached status={status} />
      )}
    </Page>
  );
}

function Attached(props: { status: SyncStatus }) {
  const { t, i18n } = useLingui();
  const { status } = props;
  const line = syncLine(status, i18n.locale);
  return (
    <Stack>
      <Notice tone={line.tone} title={t(line.text)} testId="sync-state">
        <Meaning status={status} />
      </Notice>
      {status.problems.length > 0 ? <Problems problems={status.problems} clockMs={status.clock_offset_ms} /> : null}
      {status.conflicts > 0 ? (
        <Notice tone="warn" title={<Trans>Values met that had not seen each other</Trans>}>
          <Link to="/review">
            <Trans>Review the conflicts</Trans>
          </Link>
        </Notice>
      ) : null}
      <Columns min="24rem">
        <WaitingPanel status={status} />
        <Contact status={status} />
      </Columns>
      {isAttached(status) && status.state !== "revoked" ? (
        <>
          <SnapshotPanel status={status} />
          <CompareWords />
          <ServerSees />
        </>
      ) : null}
    </Stack>
  );
}

/** What the state means for the work. */
function Meaning(props: { status: SyncStatus }) {
  switch (props.status.state) {
    case "offline":
      return <Trans>Work goes on. What you write is stored here and is sent as soon as the server answers.</Trans>;
    case "stale":
      return (
        <Trans>
          Records here may be older than on other computers. Connect this computer to the clinic’s network for a while.
        </Trans>
      );
    case "alarm":
      return <Trans>Work goes on and nothing is overwritten. What was found is listed below, with what to do.</Trans>;
    case "revoked":
      return (
        <Trans>
          An administrator revoked it. Records that are here stay readable here, but nothing new comes in or goes out.
        </Trans>
      );
    case "joining":
      return <Trans>An administrator compares the words and decides.</Trans>;
    default:
      return null;
  }
}

/** For whoever asks whether the server can be trusted. */
function ServerSees() {
  return (
    <Panel title={<Trans>What the server sees</Trans>}>
      <Trans>
        Sealed parcels, their size and when they came. It can read no record, no name and no password, and a change that
        it makes or leaves out is noticed.
      </Trans>
    </Panel>
  );
}

function SyncNow() {
  const answers = useQueryClient();
  const now = useAct("sync_now");
  return (
    <Button
      leftSection={<RefreshCw size={16} aria-hidden />}
      loading={now.isPending}
      onClick={() => now.mutate({}, { onSuccess: (status) => answers.setQueryData(["sync_status", {}], status) })}
      data-testid="sync-now"
    >
      <Trans>Sync now</Trans>
    </Button>
  );
}
