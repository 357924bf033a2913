import { Trans, useLingui } from "@lingui/react/macro";
import type { ReactNode } from "react";
import type { AuditRow, TrailEntryRow } from "../bridge";
import { showInstant } from "./dates";
import { cell, Table, Unknown } from "./Layout";
import { pairs } from "./plainJson";
import { auditWord } from "./words/audit";

/** An entry of this computer's own log, or of any computer's in the trail. */
type Entry = AuditRow & Partial<Pick<TrailEntryRow, "device" | "device_name" | "withheld">>;

/** Entries of the audit trail. `patientCell` lets a page make a link of the patient. */
export function AuditTable<Of extends Entry>(props: {
  rows: readonly Of[];
  withPatient: boolean;
  withDevice?: boolean;
  patientCell?: (row: Of) => ReactNode;
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
          {props.withDevice ? (
            <th scope="col">
              <Trans>Device</Trans>
            </th>
          ) : null}
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
        <tr key={`${row.device ?? ""}-${row.compartment}-${row.n}`} data-testid="audit-row">
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
          {props.withPatient ? (
            <td>{props.patientCell ? props.patientCell(row) : <bdi>{row.patient_name}</bdi>}</td>
          ) : null}
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
