import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Camera } from "lucide-react";
import { type SnapshotStatus, type SyncStatus, useAct } from "../../bridge";
import { showMoment } from "../../kit/dates";
import { cell, Panel, Stack, Table } from "../../kit/Layout";
import { Empty, ErrorNotice } from "../../kit/Notes";
import css from "../../kit/sync.module.css";
import { COMPARTMENT_WORDS, SNAPSHOT_WORDS } from "../../kit/words/sync";

/** What a new computer begins with: when it was made, by whom, and whether a second computer has signed it. */
export function SnapshotPanel(props: { status: SyncStatus }) {
  const { t } = useLingui();
  const answers = useQueryClient();
  const make = useAct("sync_snapshot");
  const { snapshots } = props.status;
  const alone = snapshots.some((one) => one.trust === "alone");
  return (
    <Panel
      title={<Trans>Snapshot for new computers</Trans>}
      actions={
        <Button
          variant="default"
          leftSection={<Camera size={16} aria-hidden />}
          loading={make.isPending}
          onClick={() => make.mutate({}, { onSuccess: (status) => answers.setQueryData(["sync_status", {}], status) })}
          data-testid="snapshot-make"
        >
          <Trans>Make one now</Trans>
        </Button>
      }
    >
      <Stack>
        {make.error ? <ErrorNotice error={make.error} /> : null}
        {snapshots.length === 0 ? (
          <Empty>
            <Trans>None yet. A new computer fetches every change since the clinic began.</Trans>
          </Empty>
        ) : (
          <Table
            label={t`Snapshot for new computers`}
            head={
              <>
                <th scope="col">
                  <Trans>Part of the record</Trans>
                </th>
                <th scope="col">
                  <Trans>Made</Trans>
                </th>
                <th scope="col">
                  <Trans>By</Trans>
                </th>
                <th scope="col">
                  <Trans>Signed</Trans>
                </th>
              </>
            }
          >
            {snapshots.map((one) => (
              <Row key={one.compartment} one={one} />
            ))}
          </Table>
        )}
        {alone ? (
          <p className={css.quiet}>
            <Trans>
              This clinic has one computer that could sign. Until there is a second, nobody could notice if the server
              kept changes back from a new one.
            </Trans>
          </p>
        ) : null}
      </Stack>
    </Panel>
  );
}

function Row(props: { one: SnapshotStatus }) {
  const { t, i18n } = useLingui();
  const { one } = props;
  return (
    <tr data-testid="snapshot-row" data-trust={one.trust}>
      <td>{t(COMPARTMENT_WORDS[one.compartment])}</td>
      <td className={cell.fixed}>{showMoment(one.made_ms, i18n.locale)}</td>
      <td>
        <bdi>{one.by}</bdi>
      </td>
      <td>{t(SNAPSHOT_WORDS[one.trust])}</td>
    </tr>
  );
}
