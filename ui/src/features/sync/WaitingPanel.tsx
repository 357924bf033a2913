import { Plural, Trans, useLingui } from "@lingui/react/macro";
import type { SyncStatus } from "../../bridge";
import { showMoment } from "../../kit/dates";
import { cell, Panel, Stack, Table } from "../../kit/Layout";
import { Empty } from "../../kit/Notes";
import { showCount } from "../../kit/numbers";
import css from "../../kit/sync.module.css";
import { showSize } from "../../kit/words/documents";
import { COMPARTMENT_WORDS, receivingShare } from "../../kit/words/sync";

/** What has not reached the server, and why; and how far a first fetch is. */
export function WaitingPanel(props: { status: SyncStatus }) {
  const { t, i18n } = useLingui();
  const { status } = props;
  return (
    <Panel title={<Trans>Waits on this computer</Trans>}>
      <Stack>
        {status.waiting.length === 0 && status.files.sending.files === 0 ? (
          <Empty>
            <Trans>Nothing waits. The server has confirmed everything that was written here.</Trans>
          </Empty>
        ) : status.waiting.length === 0 ? null : (
          <>
            <Table
              label={t`Waits on this computer`}
              head={
                <>
                  <th scope="col">
                    <Trans>Part of the record</Trans>
                  </th>
                  <th scope="col" className={cell.numeric}>
                    <Trans>Changes</Trans>
                  </th>
                  <th scope="col">
                    <Trans>Oldest</Trans>
                  </th>
                </>
              }
            >
              {status.waiting.map((one) => (
                <tr key={one.compartment}>
                  <td>{t(COMPARTMENT_WORDS[one.compartment])}</td>
                  <td className={cell.numeric}>{showCount(one.changes, i18n.locale)}</td>
                  <td className={cell.fixed}>
                    {one.oldest_ms === null ? <Trans>unknown</Trans> : showMoment(one.oldest_ms, i18n.locale)}
                  </td>
                </tr>
              ))}
            </Table>
            <p className={css.quiet}>
              <Why status={status} />
            </p>
          </>
        )}
        <FilesWait status={status} />
        {status.receiving ? <Receiving {...status.receiving} /> : null}
      </Stack>
    </Panel>
  );
}

/** Documents and pictures, which travel beside the records. */
function FilesWait(props: { status: SyncStatus }) {
  const { i18n } = useLingui();
  const { sending, fetching, waiting } = props.status.files;
  const size = (bytes: number) => showSize(bytes, i18n.locale);
  return (
    <>
      {sending.files > 0 ? (
        <p data-testid="files-sending">
          <Plural value={sending.files} one="# document is not sent yet" other="# documents are not sent yet" />
          {": "}
          <Trans>
            {size(sending.done)} of {size(sending.total)}
          </Trans>
        </p>
      ) : null}
      {fetching.files > 0 ? (
        <p data-testid="files-fetching">
          <Plural value={fetching.files} one="# document is not here yet" other="# documents are not here yet" />
          {": "}
          <Trans>
            {size(fetching.done)} of {size(fetching.total)}
          </Trans>
        </p>
      ) : null}
      {waiting.map((one) => (
        <p key={one.device ?? ""} data-testid="files-waiting">
          <Plural value={one.files} one="# document waits for" other="# documents wait for" />{" "}
          {one.device === null ? <Trans>another computer</Trans> : <bdi>{one.device}</bdi>}
        </p>
      ))}
    </>
  );
}

function Why(props: { status: SyncStatus }) {
  const { i18n } = useLingui();
  const { status } = props;
  switch (status.state) {
    case "offline":
      return status.offline_since_ms === null ? (
        <Trans>Because the server cannot be reached.</Trans>
      ) : (
        <Trans>Because the server cannot be reached since {showMoment(status.offline_since_ms, i18n.locale)}.</Trans>
      );
    case "stale":
      return <Trans>Because the server has not answered for days.</Trans>;
    case "revoked":
      return <Trans>Because this computer is no longer of the clinic. It is kept.</Trans>;
    case "alarm":
      return <Trans>See the problems above: some of them hold changes back.</Trans>;
    default:
      return <Trans>They are on their way.</Trans>;
  }
}

function Receiving(props: NonNullable<SyncStatus["receiving"]>) {
  const { t, i18n } = useLingui();
  const share = receivingShare(props);
  const done = showCount(props.done, i18n.locale);
  return (
    <div>
      <Trans>Receiving the clinic’s records</Trans>
      <div
        className={css.bar}
        role="progressbar"
        aria-label={t`Receiving the clinic’s records`}
        aria-valuenow={share}
        aria-valuemin={0}
        aria-valuemax={100}
      >
        <div style={{ width: `${share}%` }} />
      </div>
      <p className={css.quiet}>
        {props.what === "records" ? (
          <Plural value={props.total} one={`${done} of # part written`} other={`${done} of # parts written`} />
        ) : props.what === "snapshot" ? (
          <Plural value={props.total} one={`${done} of # part fetched`} other={`${done} of # parts fetched`} />
        ) : (
          <Plural value={props.total} one={`${done} of # parcel`} other={`${done} of # parcels`} />
        )}
      </p>
    </div>
  );
}
