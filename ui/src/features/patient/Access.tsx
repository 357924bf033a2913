import { Trans, useLingui } from "@lingui/react/macro";
import { Link } from "react-router";
import { type DisclosureRow, useAsk, type Viewer } from "../../bridge";
import { showDay, showInstant } from "../../kit/dates";
import { cell, Panel, Stack, Table, Unknown } from "../../kit/Layout";
import { Chip, Empty, ErrorNotice, Loading, Notice } from "../../kit/Notes";
import { showCount } from "../../kit/numbers";
import { PURPOSE_WORDS } from "../../kit/words/audit";

/** Who looked at this patient, on any computer, and to whom the records were given. Asking is in the trail: it is asked once for this visit. */
export function Access(props: { patient: string; name: string }) {
  const { patient } = props;
  const once = { staleTime: Number.POSITIVE_INFINITY, gcTime: 0 };
  const viewers = useAsk("audit_viewers", { patient }, once);
  const given = useAsk("audit_disclosures", { patient, from_ms: null, until_ms: null }, once);
  return (
    <Stack>
      <Reach from={viewers.data?.known_from_ms ?? null} />
      <Panel
        flush
        title={<Trans>Who looked at this patient</Trans>}
        count={viewers.data?.rows.length}
        actions={
          <Link to="/audit" state={{ patient: { id: patient, name: props.name } }} data-testid="access-entries">
            <Trans>Every entry</Trans>
          </Link>
        }
      >
        {viewers.error ? <ErrorNotice error={viewers.error} onRetry={() => void viewers.refetch()} /> : null}
        {viewers.isPending ? <Loading lines={3} /> : null}
        {viewers.data?.rows.length === 0 ? (
          <Empty>
            <Trans>Nobody is known to have looked.</Trans>
          </Empty>
        ) : null}
        {viewers.data && viewers.data.rows.length > 0 ? <Viewers rows={viewers.data.rows} /> : null}
        {viewers.data?.more ? (
          <Notice tone="info" title={<Trans>Older entries were not counted: there are too many.</Trans>} />
        ) : null}
      </Panel>
      <Panel
        flush
        title={<Trans>To whom the records were given, in the last six years</Trans>}
        count={given.data?.rows.length}
      >
        {given.error ? <ErrorNotice error={given.error} onRetry={() => void given.refetch()} /> : null}
        {given.isPending ? <Loading lines={3} /> : null}
        {given.data?.rows.length === 0 ? (
          <Empty>
            <Trans>Nothing is known to have been given out.</Trans>
          </Empty>
        ) : null}
        {given.data && given.data.rows.length > 0 ? <Given rows={given.data.rows} /> : null}
        {given.data?.more ? <Notice tone="info" title={<Trans>There are more than are shown here.</Trans>} /> : null}
      </Panel>
    </Stack>
  );
}

/** An administrator reads what was sealed to them, which begins when they became one. */
function Reach(props: { from: number | null }) {
  const { i18n } = useLingui();
  if (props.from === null) return null;
  return (
    <Notice
      tone="plain"
      title={<Trans>What you can read of the trail begins on {showDay(props.from, i18n.locale)}</Trans>}
    >
      <Trans>Of what was before, nothing is counted here.</Trans>
    </Notice>
  );
}

function Viewers(props: { rows: readonly Viewer[] }) {
  const { t, i18n } = useLingui();
  const count = (times: number) => showCount(times, i18n.locale);
  return (
    <Table
      label={t`Who looked at this patient`}
      head={
        <>
          <th scope="col">
            <Trans>Who</Trans>
          </th>
          <th scope="col" className={cell.numeric}>
            <Trans>Looked</Trans>
          </th>
          <th scope="col" className={cell.numeric}>
            <Trans>Changed</Trans>
          </th>
          <th scope="col" className={cell.numeric}>
            <Trans>Gave out</Trans>
          </th>
          <th scope="col">
            <Trans>First</Trans>
          </th>
          <th scope="col">
            <Trans>Last</Trans>
          </th>
          <th scope="col">
            <Trans>Device</Trans>
          </th>
        </>
      }
    >
      {props.rows.map((row) => (
        <tr key={row.user} data-testid="viewer">
          <td>
            <bdi>{row.name}</bdi>
          </td>
          <td className={cell.numeric}>{count(row.looked)}</td>
          <td className={cell.numeric}>{count(row.changed)}</td>
          <td className={cell.numeric}>{count(row.gave_out)}</td>
          <td className={cell.fixed}>{showInstant(row.first_ms, i18n.locale)}</td>
          <td className={cell.fixed}>{showInstant(row.last_ms, i18n.locale)}</td>
          <td>
            <bdi>{row.devices.join(", ")}</bdi>
          </td>
        </tr>
      ))}
    </Table>
  );
}

function Given(props: { rows: readonly DisclosureRow[] }) {
  const { t, i18n } = useLingui();
  const what = { record: t`the whole record`, document: t`a document`, print: t`a print` };
  return (
    <Table
      label={t`To whom the records were given`}
      head={
        <>
          <th scope="col">
            <Trans>When</Trans>
          </th>
          <th scope="col">
            <Trans>Recipient</Trans>
          </th>
          <th scope="col">
            <Trans>What</Trans>
          </th>
          <th scope="col">
            <Trans>Purpose</Trans>
          </th>
          <th scope="col">
            <Trans>Who gave it</Trans>
          </th>
        </>
      }
    >
      {props.rows.map((row) => (
        <tr key={`${row.at_ms}-${row.record}`} data-testid="disclosure">
          <td className={cell.fixed}>{showInstant(row.at_ms, i18n.locale)}</td>
          <td>
            {row.recipient === null ? (
              <Unknown>
                <Trans>not recorded</Trans>
              </Unknown>
            ) : (
              <bdi>{row.recipient}</bdi>
            )}
          </td>
          <td>{what[row.given]}</td>
          <td>
            {row.purpose === null ? (
              <Unknown>
                <Trans>not recorded</Trans>
              </Unknown>
            ) : (
              t(PURPOSE_WORDS[row.purpose])
            )}{" "}
            {row.must_account ? (
              <Chip tone="info">
                <Trans>to be accounted for</Trans>
              </Chip>
            ) : null}
          </td>
          <td>
            <bdi>{row.user ?? t`nobody signed in`}</bdi>, <bdi>{row.device_name}</bdi>
          </td>
        </tr>
      ))}
    </Table>
  );
}
