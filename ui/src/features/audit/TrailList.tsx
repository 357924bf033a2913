import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";
import { type CommandError, call, type TrailEntryRow, toCommandError, useAsk, type Which } from "../../bridge";
import { showInstant } from "../../kit/dates";
import { cell, Panel, Row, Stack, Table, Unknown } from "../../kit/Layout";
import { Empty, ErrorNotice, Loading, Notice } from "../../kit/Notes";
import { pairs } from "../../kit/plainJson";
import { auditWord } from "../../kit/words/audit";

const PAGE = 100;
/** More rows than anybody reads; who needs more narrows the question or exports. */
const MOST = 2_000;

/** The entries that are asked for, newest first, a page at a time. */
export function TrailList(props: { which: Which; withDevice: boolean }) {
  const { which } = props;
  const first = useAsk("audit_trail", { ...which, before: null, limit: PAGE }, { staleTime: 0, gcTime: 0 });
  const [older, setOlder] = useState<TrailEntryRow[]>([]);
  const [ended, setEnded] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<CommandError | null>(null);
  const rows = [...(first.data ?? []), ...older];
  const more = async () => {
    const last = rows.at(-1);
    if (!last || busy) return;
    setBusy(true);
    try {
      const next = await call("audit_trail", { ...which, before: last.cursor, limit: PAGE });
      setOlder([...older, ...next]);
      setEnded(next.length < PAGE);
      setError(null);
    } catch (thrown) {
      setError(toCommandError(thrown));
    } finally {
      setBusy(false);
    }
  };
  if (first.error) return <ErrorNotice error={first.error} onRetry={() => void first.refetch()} />;
  if (first.isPending) return <Loading lines={8} />;
  const full = rows.length >= MOST;
  return (
    <Stack>
      <Panel flush>
        {rows.length === 0 ? (
          <Empty>
            <Trans>No entry is like that.</Trans>
          </Empty>
        ) : (
          <TrailTable rows={rows} withDevice={props.withDevice} />
        )}
      </Panel>
      {error ? <ErrorNotice error={error} /> : null}
      {full ? (
        <Notice tone="info" title={<Trans>There are older entries. Narrow the question, or export them.</Trans>} />
      ) : null}
      {rows.length >= PAGE && !ended && !full ? (
        <Row>
          <Button variant="default" onClick={() => void more()} loading={busy} data-testid="trail-more">
            <Trans>Show older entries</Trans>
          </Button>
        </Row>
      ) : null}
    </Stack>
  );
}

function TrailTable(props: { rows: readonly TrailEntryRow[]; withDevice: boolean }) {
  const { t, i18n } = useLingui();
  return (
    <Table
      label={t`Audit trail`}
      head={
        <>
          <th scope="col">
            <Trans>When</Trans>
          </th>
          <th scope="col">
            <Trans>Who</Trans>
          </th>
          {props.withDevice ? (
            <th scope="col">
              <Trans>Device</Trans>
            </th>
          ) : null}
          <th scope="col">
            <Trans>What</Trans>
          </th>
          <th scope="col">
            <Trans>Patient</Trans>
          </th>
          <th scope="col">
            <Trans>Detail</Trans>
          </th>
        </>
      }
    >
      {props.rows.map((row) => (
        <tr key={`${row.device}-${row.compartment}-${row.n}`} data-testid="trail-row">
          <td className={cell.fixed}>{showInstant(row.at_ms, i18n.locale)}</td>
          <td>
            <bdi>{row.user ?? t`nobody signed in`}</bdi>
          </td>
          {props.withDevice ? (
            <td>
              <bdi>{row.device_name}</bdi>
            </td>
          ) : null}
          <td>{auditWord(row.action, t)}</td>
          <td>
            {row.patient ? (
              <Link to={`/patient/${row.patient}`} state={{ via: "link" }}>
                <bdi>{row.patient_name ?? <Trans>a patient</Trans>}</bdi>
              </Link>
            ) : null}
          </td>
          <td>
            {row.withheld ? (
              <Unknown>
                <Trans>stays with those who hold the chart</Trans>
              </Unknown>
            ) : (
              pairs(row.detail)
            )}
          </td>
        </tr>
      ))}
    </Table>
  );
}
