import { Trans } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { useState } from "react";
import { useLocation } from "react-router";
import { useAsk } from "../../bridge";
import { Page, Row, Stack } from "../../kit/Layout";
import { ErrorNotice, Loading, Notice } from "../../kit/Notes";
import { ConflictCard } from "./ConflictCard";

const LIMIT = 200;

/** Values that met without having seen each other: a person decides, nothing is settled silently. */
export function ConflictsPage() {
  const asked: unknown = useLocation().state?.patient;
  const [only, setOnly] = useState(typeof asked === "string" ? asked : null);
  const conflicts = useAsk("conflict_list", { limit: LIMIT }, { staleTime: 0 });
  const all = conflicts.data ?? [];
  const rows = only === null ? all : all.filter((row) => row.patient?.id === only);
  return (
    <Page
      title={<Trans>Conflicts to review</Trans>}
      narrow
      lead={
        <Trans>
          Two people wrote here without having seen each other’s change. Both values are kept until somebody decides.
        </Trans>
      }
    >
      <Stack>
        {only !== null ? (
          <Row spread>
            <Trans>Only those of one patient are shown.</Trans>
            <Button variant="default" onClick={() => setOnly(null)} data-testid="conflicts-all">
              <Trans>Show all</Trans>
            </Button>
          </Row>
        ) : null}
        {conflicts.error ? (
          <ErrorNotice error={conflicts.error} onRetry={() => void conflicts.refetch()} />
        ) : !conflicts.data ? (
          <Loading />
        ) : rows.length === 0 ? (
          <Notice tone="good" title={<Trans>Nothing to review</Trans>} testId="conflicts-empty">
            <Trans>All values agree.</Trans>
          </Notice>
        ) : (
          rows.map((row) => (
            <ConflictCard key={`${row.compartment} ${row.record} ${row.element} ${row.item}`} row={row} />
          ))
        )}
        {all.length >= LIMIT ? (
          <Notice tone="plain" title={<Trans>There are more. They appear here once these are decided.</Trans>} />
        ) : null}
      </Stack>
    </Page>
  );
}
