import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";
import { type AuditRow, type CommandError, call, toCommandError, useAct, useAsk } from "../../bridge";
import { AuditTable } from "../../kit/AuditTable";
import { Page, Panel, Row, Stack } from "../../kit/Layout";
import { Empty, ErrorNotice, Loading, Notice } from "../../kit/Notes";
import { showCount } from "../../kit/numbers";
import { useRights } from "../../kit/session";

const PAGE = 100;

/** Who did what on this computer, in a chain that shows when somebody changed it. */
export function AuditPage() {
  const rights = useRights();
  if (!rights.admin) {
    return (
      <Page title={<Trans>Audit</Trans>} narrow>
        <Notice tone="plain" title={<Trans>Hidden: needs the administrator role</Trans>} />
      </Page>
    );
  }
  return <Trail />;
}

function Trail() {
  const first = useAsk("audit_list", { patient: null, before: null, limit: PAGE }, { staleTime: 0, gcTime: 0 });
  const [older, setOlder] = useState<AuditRow[]>([]);
  const [ended, setEnded] = useState(false);
  const [error, setError] = useState<CommandError | null>(null);
  const rows = [...(first.data ?? []), ...older];
  const last = rows.at(-1);
  const more = async () => {
    if (!last) return;
    try {
      const next = await call("audit_list", { patient: null, before: last.cursor, limit: PAGE });
      setOlder([...older, ...next]);
      setEnded(next.length < PAGE);
      setError(null);
    } catch (thrown) {
      setError(toCommandError(thrown));
    }
  };
  return (
    <Page title={<Trans>Audit</Trans>} lead={<Trans>Every unlock, look and change on this computer.</Trans>}>
      <Stack>
        <Verify />
        {first.error ? <ErrorNotice error={first.error} onRetry={() => void first.refetch()} /> : null}
        {first.isPending ? <Loading /> : null}
        {first.data ? (
          <Panel flush>
            {rows.length === 0 ? (
              <Empty>
                <Trans>Nothing yet.</Trans>
              </Empty>
            ) : (
              <AuditTable rows={rows} withPatient patientCell={(row) => <PatientLink row={row} />} />
            )}
          </Panel>
        ) : null}
        {error ? <ErrorNotice error={error} /> : null}
        {rows.length >= PAGE && !ended ? (
          <Row>
            <Button variant="default" onClick={() => void more()}>
              <Trans>Show older entries</Trans>
            </Button>
          </Row>
        ) : null}
      </Stack>
    </Page>
  );
}

function PatientLink(props: { row: AuditRow }) {
  const { patient, patient_name } = props.row;
  if (!patient) return null;
  return (
    <Link to={`/patient/${patient}`} state={{ via: "link" }}>
      <bdi>{patient_name ?? <Trans>a patient</Trans>}</bdi>
    </Link>
  );
}

function Verify() {
  const { t, i18n } = useLingui();
  const verify = useAct("audit_verify");
  return (
    <Panel title={<Trans>Is the chain whole?</Trans>}>
      <Stack>
        <Row spread>
          <Trans>
            Each entry seals the one before it. Checking finds any entry that was changed, added or taken out.
          </Trans>
          <Button
            variant="default"
            onClick={() => verify.mutate({})}
            loading={verify.isPending}
            data-testid="audit-verify"
          >
            <Trans>Check the chain</Trans>
          </Button>
        </Row>
        {verify.error ? <ErrorNotice error={verify.error} /> : null}
        {verify.data?.compartments.map((one) => {
          const name = one.compartment === "office" ? t`Office` : t`Chart`;
          return one.ok ? (
            <Notice
              key={one.compartment}
              tone="good"
              title={
                <Trans>
                  {name}: {showCount(one.entries, i18n.locale)} entries, the chain is whole
                </Trans>
              }
            />
          ) : (
            <Notice
              key={one.compartment}
              tone="warn"
              alert
              title={
                <Trans>
                  {name}: broken at entry {one.first_bad ?? 0}
                </Trans>
              }
            >
              <Trans>Keep this computer as it is and tell whoever is responsible for data protection.</Trans>
            </Notice>
          );
        })}
      </Stack>
    </Panel>
  );
}
