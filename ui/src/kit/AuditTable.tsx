import { Trans, useLingui } from "@lingui/react/macro";
import { type ReactNode, useState } from "react";
import { type AuditRow, type TrailEntryRow, useAsk } from "../bridge";
import css from "./block.module.css";
import { showInstant } from "./dates";
import { cell, Table, Unknown } from "./Layout";
import { ErrorNotice, Loading } from "./Notes";
import { pairs, plainJson } from "./plainJson";
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
  const { t } = useLingui();
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
        <EntryRow
          key={`${row.device ?? ""}-${row.compartment}-${row.n}`}
          row={row}
          withPatient={props.withPatient}
          withDevice={props.withDevice === true}
          patient={props.patientCell ? props.patientCell(row) : <bdi>{row.patient_name}</bdi>}
        />
      ))}
    </Table>
  );
}

/** One entry; one that tells of a change opens to what was before and after. */
function EntryRow(props: { row: Entry; withPatient: boolean; withDevice: boolean; patient: ReactNode }) {
  const { t, i18n } = useLingui();
  const { row } = props;
  const [open, setOpen] = useState(false);
  const columns = 4 + (props.withPatient ? 1 : 0) + (props.withDevice ? 1 : 0);
  return (
    <>
      <tr data-testid="audit-row">
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
        {props.withPatient ? <td>{props.patient}</td> : null}
        <td>
          {row.withheld ? (
            row.values ? null : (
              <Unknown>
                <Trans>stays with those who hold the chart</Trans>
              </Unknown>
            )
          ) : (
            pairs(row.detail)
          )}
          {row.values ? (
            <button
              type="button"
              className={css.more}
              aria-expanded={open}
              onClick={() => setOpen(!open)}
              data-testid="audit-values-open"
            >
              {open ? <Trans>Hide before and after</Trans> : <Trans>Before and after</Trans>}
            </button>
          ) : null}
        </td>
      </tr>
      {open ? (
        <tr data-testid="audit-values">
          <td colSpan={columns}>
            <Values row={row} />
          </td>
        </tr>
      ) : null}
    </>
  );
}

/** What a change wrote in place of what. Asked for once: to look is written into the log. */
function Values(props: { row: Entry }) {
  const { t } = useLingui();
  const { device, compartment, n } = props.row;
  const entry = { ...(device ? { device } : {}), compartment, n };
  const values = useAsk("audit_values", { entries: [entry] }, { staleTime: Number.POSITIVE_INFINITY, gcTime: 0 });
  if (values.error) return <ErrorNotice error={values.error} onRetry={() => void values.refetch()} />;
  const found = values.data?.[0];
  if (!found) return <Loading lines={1} />;
  if (found.state !== "known") {
    return (
      <Unknown>
        {found.state === "restricted" ? (
          <Trans>In a restricted chart, which is closed to you.</Trans>
        ) : found.state === "no_key" ? (
          <Trans>In the chart, for which you have no key.</Trans>
        ) : (
          <Trans>This change is not on this computer.</Trans>
        )}
      </Unknown>
    );
  }
  return (
    <Table
      label={t`Before and after`}
      head={
        <>
          <th scope="col">
            <Trans>Field</Trans>
          </th>
          <th scope="col">
            <Trans>Before</Trans>
          </th>
          <th scope="col">
            <Trans>After</Trans>
          </th>
        </>
      }
    >
      {found.changes.map((change) => (
        <tr key={`${change.field}-${change.item}`}>
          <td>{change.field.replace(/^extension:/, "")}</td>
          <td>
            <bdi>{change.before.map(plainJson).join(" | ")}</bdi>
            {change.before_missing ? (
              <Unknown>
                <Trans>the earlier value is not on this computer</Trans>
              </Unknown>
            ) : change.before.length === 0 ? (
              <Unknown>
                <Trans>nothing</Trans>
              </Unknown>
            ) : null}
          </td>
          <td>
            {change.after === null ? (
              <Unknown>
                <Trans>nothing</Trans>
              </Unknown>
            ) : (
              <bdi>{plainJson(change.after)}</bdi>
            )}
          </td>
        </tr>
      ))}
    </Table>
  );
}
