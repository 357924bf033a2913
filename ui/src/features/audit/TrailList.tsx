import { Trans } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";
import { type CommandError, call, type TrailEntryRow, toCommandError, useAsk, type Which } from "../../bridge";
import { AuditTable } from "../../kit/AuditTable";
import { Panel, Row, Stack } from "../../kit/Layout";
import { Empty, ErrorNotice, Loading, Notice } from "../../kit/Notes";

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
          <AuditTable
            rows={rows}
            withPatient
            withDevice={props.withDevice}
            patientCell={(row) => <PatientLink row={row} />}
          />
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

function PatientLink(props: { row: TrailEntryRow }) {
  const { patient, patient_name } = props.row;
  return patient ? (
    <Link to={`/patient/${patient}`} state={{ via: "link" }}>
      <bdi>{patient_name ?? <Trans>a patient</Trans>}</bdi>
    </Link>
  ) : null;
}
