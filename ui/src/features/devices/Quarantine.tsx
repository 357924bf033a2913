import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { type QuarantineRow, useAsk } from "../../bridge";
import { showMoment } from "../../kit/dates";
import { cell, Panel, Row, Table, Unknown } from "../../kit/Layout";
import { Chip, ErrorNotice } from "../../kit/Notes";
import { QUARANTINE_PARTS } from "../../kit/words/quarantine";
import { JudgeAside } from "./JudgeAside";
import { ShowAside } from "./ShowAside";

/** What revoked computers wrote after their revocation: kept apart until an administrator has decided. Nothing is shown while there is none. */
export function Quarantine() {
  const { t } = useLingui();
  const rows = useAsk("quarantine_list", {}, { staleTime: 0, refetchInterval: 30_000 });
  if (rows.error) return <ErrorNotice error={rows.error} onRetry={() => void rows.refetch()} />;
  if (!rows.data || rows.data.length === 0) return null;
  return (
    <Panel
      flush
      title={<Trans>Put aside from revoked computers</Trans>}
      count={rows.data.filter((row) => row.state === "waiting").length}
    >
      <Table
        label={t`Put aside from revoked computers`}
        head={
          <>
            <th scope="col">
              <Trans>Device</Trans>
            </th>
            <th scope="col">
              <Trans>What</Trans>
            </th>
            <th scope="col">
              <Trans>Who</Trans>
            </th>
            <th scope="col">
              <Trans>Written</Trans>
            </th>
            <th scope="col">
              <span className="visually-hidden">
                <Trans>Actions</Trans>
              </span>
            </th>
          </>
        }
      >
        {rows.data.map((row) => (
          <Aside key={`${row.device} ${row.part} ${row.state}`} row={row} />
        ))}
      </Table>
    </Panel>
  );
}

function Aside(props: { row: QuarantineRow }) {
  const { t, i18n } = useLingui();
  const { row } = props;
  const { name } = row;
  return (
    <tr data-testid="aside-row" data-part={row.part} data-state={row.state}>
      <td>
        <strong>
          <bdi>{name}</bdi>
        </strong>
      </td>
      <td>
        <Row>
          <span>{t(QUARANTINE_PARTS[row.part])}</span>
          <Amount row={row} />
          {row.state === "discarded" ? (
            <Chip tone="plain">
              <Trans>stays out</Trans>
            </Chip>
          ) : (
            <Chip tone="warn">
              <Trans>waits for you</Trans>
            </Chip>
          )}
        </Row>
        {row.reason === null ? null : <bdi>{row.reason}</bdi>}
      </td>
      <td>
        {row.users.length > 0 ? (
          <bdi>{row.users.join(", ")}</bdi>
        ) : (
          <Unknown>
            <Trans>not readable for you</Trans>
          </Unknown>
        )}
      </td>
      <td className={cell.fixed}>
        {row.written_ms === null ? (
          <Trans>came {showMoment(row.received_ms, i18n.locale)}</Trans>
        ) : (
          showMoment(row.written_ms[1], i18n.locale)
        )}
      </td>
      <td>
        <Row end>
          {row.changes === null || row.part === "audit" ? null : <ShowAside row={row} />}
          <JudgeAside row={row} />
        </Row>
      </td>
    </tr>
  );
}

function Amount(props: { row: QuarantineRow }) {
  const { changes, segments } = props.row;
  return (
    <span>
      {changes === null ? (
        <Plural value={segments} one="# sealed part" other="# sealed parts" />
      ) : (
        <Plural value={changes} one="# change" other="# changes" />
      )}
    </span>
  );
}
