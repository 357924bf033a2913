import { Trans, useLingui } from "@lingui/react/macro";
import type { ReactNode } from "react";
import type { AuditRow } from "../bridge";
import { showInstant } from "./dates";
import { cell, Table } from "./Layout";
import { pairs } from "./plainJson";
import { auditWord } from "./words/audit";

/** Entries of the audit trail. `patientCell` lets a page make a link of the patient. */
export function AuditTable(props: {
  rows: readonly AuditRow[];
  withPatient: boolean;
  patientCell?: (row: AuditRow) => ReactNode;
}) {
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
          <th scope="col">
            <Trans>What</Trans>
          </th>
          {props.withPatient ? (
            <th scope="col">
              <Trans>Patient</Trans>
            </th>
          ) : null}
          <th scope="col">
            <Trans>Detail</Trans>
          </th>
        </>
      }
    >
      {props.rows.map((row) => (
        <tr key={`${row.compartment}-${row.n}`}>
          <td className={cell.fixed}>{showInstant(row.at_ms, i18n.locale)}</td>
          <td>
            <bdi>{row.user ?? t`nobody signed in`}</bdi>
          </td>
          <td>{auditWord(row.action, t)}</td>
          {props.withPatient ? <td>{props.patientCell?.(row) ?? <bdi>{row.patient_name}</bdi>}</td> : null}
          <td>{pairs(row.detail)}</td>
        </tr>
      ))}
    </Table>
  );
}
