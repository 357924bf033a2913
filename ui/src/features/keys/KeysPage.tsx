import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { type KeyRow, useAsk } from "../../bridge";
import { showDay } from "../../kit/dates";
import { cell, Page, Panel, Row, Stack, Table, Unknown } from "../../kit/Layout";
import { Chip, ErrorNotice, Loading, Notice } from "../../kit/Notes";
import { useRights } from "../../kit/session";
import css from "../../kit/sync.module.css";
import { KEY_HOLDER_WORDS, KEY_WORDS } from "../../kit/words/keys";
import { RecoveryPanel } from "./RecoveryPanel";
import { RenewKey } from "./RenewKey";

/** Every key and certificate: how old it is, when the next is due, who renews it. */
export function KeysPage() {
  const rights = useRights();
  if (!rights.admin) {
    return (
      <Page title={<Trans>Keys and certificates</Trans>} narrow>
        <Notice tone="plain" title={<Trans>Hidden: needs the administrator role</Trans>} />
      </Page>
    );
  }
  return (
    <Page
      title={<Trans>Keys and certificates</Trans>}
      lead={
        <Trans>
          Each can be renewed at any time. A renewal that is interrupted, also by a power cut, is finished or undone by
          itself at the next unlock.
        </Trans>
      }
    >
      <Stack>
        <RecoveryPanel />
        <KeyList />
      </Stack>
    </Page>
  );
}

function KeyList() {
  const { t } = useLingui();
  const keys = useAsk("key_list", {}, { staleTime: 0 });
  if (keys.error) return <ErrorNotice error={keys.error} onRetry={() => void keys.refetch()} />;
  if (!keys.data) return <Loading lines={8} />;
  const overdue = keys.data.filter((row) => row.overdue).length;
  return (
    <>
      {overdue > 0 ? (
        <Notice
          tone="warn"
          title={<Plural value={overdue} one="One key is due for renewal" other="# keys are due for renewal" />}
        />
      ) : null}
      <Panel flush title={<Trans>In use now</Trans>} count={keys.data.length}>
        <Table
          label={t`Keys and certificates`}
          head={
            <>
              <th scope="col">
                <Trans>Key</Trans>
              </th>
              <th scope="col">
                <Trans>In use since</Trans>
              </th>
              <th scope="col">
                <Trans>Next due</Trans>
              </th>
              <th scope="col">
                <Trans>Renewed by</Trans>
              </th>
              <th scope="col">
                <span className="visually-hidden">
                  <Trans>Actions</Trans>
                </span>
              </th>
            </>
          }
        >
          {keys.data.map((row) => (
            <Key key={row.key} row={row} />
          ))}
        </Table>
      </Panel>
    </>
  );
}

function Key(props: { row: KeyRow }) {
  const { t, i18n } = useLingui();
  const { row } = props;
  const words = KEY_WORDS[row.key];
  return (
    <tr data-testid="key-row" data-key={row.key} data-number={row.number ?? undefined}>
      <td>
        <Row>
          <strong>{t(words.name)}</strong>
          {row.number !== null ? (
            <Chip tone="plain">
              <Trans>No. {row.number}</Trans>
            </Chip>
          ) : null}
        </Row>
        <p className={css.quiet}>{t(words.purpose)}</p>
        {row.waiting > 0 ? (
          <p className={css.quiet}>
            <Plural
              value={row.waiting}
              one="One person of this computer takes the new key over when they next unlock."
              other="# people of this computer take the new key over when they next unlock."
            />
          </p>
        ) : null}
      </td>
      <td className={cell.fixed}>
        {row.since_ms === null ? (
          <Unknown>
            <Trans>not known here</Trans>
          </Unknown>
        ) : (
          showDay(row.since_ms, i18n.locale)
        )}
      </td>
      <td className={cell.fixed}>
        {row.due_ms === null ? (
          <Unknown>
            <Trans>no date set</Trans>
          </Unknown>
        ) : (
          <Row>
            {showDay(row.due_ms, i18n.locale)}
            {row.overdue ? (
              <Chip tone="warn">
                <Trans>due</Trans>
              </Chip>
            ) : null}
          </Row>
        )}
      </td>
      <td>{t(KEY_HOLDER_WORDS[row.by])}</td>
      <td>
        <Row end>{row.may ? <RenewKey row={row} /> : null}</Row>
      </td>
    </tr>
  );
}
