import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { Link } from "react-router";
import type { ConflictRow } from "../../bridge";
import { Panel, Row, Stack } from "../../kit/Layout";
import { Chip, ErrorNotice } from "../../kit/Notes";
import { bannerName } from "../../kit/names";
import { BornWithAge } from "../../kit/PatientLine";
import { useRights } from "../../kit/session";
import css from "../../kit/sync.module.css";
import { elementWords, kindWords, weightOf } from "../../kit/words/elements";
import { useSettle } from "./useSettle";
import { Removal, Values } from "./Values";

/** One fact with its values side by side, and the choice. Of a closed chart only that there is one. */
export function ConflictCard(props: { row: ConflictRow }) {
  if (!props.row.closed) return <Open row={props.row} />;
  return (
    <div data-testid="conflict-closed">
      <Panel title={<Trans>In a restricted chart</Trans>}>
        <Stack>
          <Whose row={props.row} />
          <p className={css.quiet}>
            <Trans>The chart is closed to you. Somebody who is named for it decides about this.</Trans>
          </p>
        </Stack>
      </Panel>
    </div>
  );
}

function Open(props: { row: ConflictRow }) {
  const { t } = useLingui();
  const { row } = props;
  const rights = useRights();
  const { settle, choose } = useSettle(row);
  const clinical = row.compartment === "clinical";
  const may = clinical ? rights.chart : rights.write;
  const element = elementWords(row.element, t);
  const what = row.kind === "Patient" ? element : `${kindWords(row.kind, t)}: ${element}`;
  const weight = weightOf(row);
  const parts = { row, what, busy: settle.isPending, ...(may ? { choose } : {}) };
  return (
    <div data-testid="conflict">
      <Panel
        title={what}
        actions={
          weight === "identifying" ? (
            <Chip tone="warn">
              <Trans>identifies the patient</Trans>
            </Chip>
          ) : weight === "clinical" ? (
            <Chip tone="danger">
              <Trans>clinical</Trans>
            </Chip>
          ) : null
        }
      >
        <Stack>
          <Whose row={row} />
          {row.element === "removed" ? <Removal {...parts} /> : <Values {...parts} />}
          {settle.error ? <ErrorNotice error={settle.error} /> : null}
          {!may ? (
            <p className={css.quiet}>
              {clinical ? (
                <Trans>A clinician decides about this.</Trans>
              ) : (
                <Trans>The front desk or a clinician decides about this.</Trans>
              )}
            </p>
          ) : row.both ? (
            <Row end>
              <Button
                variant="default"
                disabled={settle.isPending}
                onClick={() => choose("both")}
                aria-label={t`Keep both: ${what}`}
                data-testid="conflict-both"
              >
                <Trans>Keep both</Trans>
              </Button>
            </Row>
          ) : null}
        </Stack>
      </Panel>
    </div>
  );
}

/** The patient with three identifiers, as everywhere. */
function Whose(props: { row: ConflictRow }) {
  const { patient } = props.row;
  if (!patient) {
    return (
      <p className={css.quiet}>
        <Trans>Belongs to no patient of this computer.</Trans>
      </p>
    );
  }
  return (
    <div className={css.patient}>
      <Link to={`/patient/${patient.id}`} state={{ via: "link" }}>
        <bdi>{bannerName(patient)}</bdi>
      </Link>
      <small>
        <Trans>born</Trans> <BornWithAge birthDate={patient.birth_date} age={patient.deceased ? null : patient.age} />
      </small>
      <small>
        <Trans>MRN</Trans> {patient.mrn || <Trans>none</Trans>}
      </small>
    </div>
  );
}
