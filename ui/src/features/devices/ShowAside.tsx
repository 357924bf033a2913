import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { useState } from "react";
import { type QuarantineRow, useAsk } from "../../bridge";
import { Dialog } from "../../kit/Dialog";
import { showMoment } from "../../kit/dates";
import { cell, Table, Unknown } from "../../kit/Layout";
import { ErrorNotice, Loading } from "../../kit/Notes";
import { elementWords, kindWords } from "../../kit/words/elements";

/** Fields that one look brings at most. */
const LIMIT = 500;

/** What a revoked computer wrote, field by field. That it was looked at is written into the trail. */
export function ShowAside(props: { row: QuarantineRow }) {
  const { t } = useLingui();
  const { row } = props;
  const [opened, setOpened] = useState(false);
  return (
    <>
      <Button
        variant="subtle"
        size="xs"
        onClick={() => setOpened(true)}
        aria-label={t`Show what ${row.name} wrote`}
        data-testid="aside-show"
      >
        <Trans>Show…</Trans>
      </Button>
      <Dialog opened={opened} onClose={() => setOpened(false)} title={t`What ${row.name} wrote`} size={860}>
        {opened ? <Changes row={row} /> : null}
      </Dialog>
    </>
  );
}

function Changes(props: { row: QuarantineRow }) {
  const { t, i18n } = useLingui();
  const { device, part } = props.row;
  const changes = useAsk("quarantine_show", { device, part, limit: LIMIT }, { staleTime: 60_000 });
  if (changes.error) return <ErrorNotice error={changes.error} />;
  if (!changes.data) return <Loading />;
  return (
    <Table
      label={t`Changes, field by field`}
      head={
        <>
          <th scope="col">
            <Trans>Written</Trans>
          </th>
          <th scope="col">
            <Trans>Who</Trans>
          </th>
          <th scope="col">
            <Trans>Patient</Trans>
          </th>
          <th scope="col">
            <Trans>Field</Trans>
          </th>
          <th scope="col">
            <Trans>Value</Trans>
          </th>
        </>
      }
    >
      {changes.data.map((change, place) => (
        // The list never changes while it is shown.
        // biome-ignore lint/suspicious/noArrayIndexKey: a change has no name of its own
        <tr key={place} data-testid="aside-change">
          <td className={cell.fixed}>{showMoment(change.at_ms, i18n.locale)}</td>
          <td>
            <bdi>{change.user}</bdi>
          </td>
          <td>
            {change.patient ? (
              <bdi>
                {change.patient.family}, {change.patient.given}
              </bdi>
            ) : (
              <Unknown>
                <Trans>not in the records</Trans>
              </Unknown>
            )}
          </td>
          <td>
            {change.closed ? (
              <Unknown>
                <Trans>restricted: closed to you</Trans>
              </Unknown>
            ) : (
              <>
                {kindWords(change.kind, t)}: {elementWords(change.element, t)}
              </>
            )}
          </td>
          <td>
            {change.closed ? null : change.text === "" ? (
              <Unknown>
                <Trans>cleared</Trans>
              </Unknown>
            ) : (
              <bdi>{change.text}</bdi>
            )}
          </td>
        </tr>
      ))}
    </Table>
  );
}
