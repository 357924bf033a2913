import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "react-router";
import { type GlassRow, useAct, useAsk } from "../../bridge";
import { showMoment } from "../../kit/dates";
import { cell, Page, Panel, Row, Stack, Table, Unknown } from "../../kit/Layout";
import { Chip, Empty, ErrorNotice, Loading, Notice } from "../../kit/Notes";
import { bannerName } from "../../kit/names";
import { useRights } from "../../kit/session";
import { WHY_WORDS } from "../../kit/words/glass";

const LIMIT = 100;

/** Where restricted charts were opened by broken glass: who, whose, why, until when, and which administrators have seen it. */
export function GlassPage() {
  const rights = useRights();
  if (!rights.admin) {
    return (
      <Page title={<Trans>Broken glass</Trans>} narrow>
        <Notice tone="plain" title={<Trans>Hidden: needs the administrator role</Trans>} />
      </Page>
    );
  }
  return <Times />;
}

function Times() {
  const list = useAsk("glass_list", { limit: LIMIT });
  const answers = useQueryClient();
  const seen = useAct("glass_seen");
  const unseen = (list.data ?? []).filter((row) => !row.seen).map((row) => row.id);
  const tell = (ids: string[]) =>
    seen.mutate({ ids }, { onSuccess: () => void answers.invalidateQueries({ queryKey: ["glass_list"] }) });
  return (
    <Page
      title={<Trans>Broken glass</Trans>}
      lead={
        <Trans>
          Where the chart of a restricted patient was opened in an emergency, on any computer of the clinic.
        </Trans>
      }
      actions={
        unseen.length > 1 ? (
          <Button disabled={seen.isPending} onClick={() => tell(unseen)} data-testid="glass-seen-all">
            <Trans>I have seen all</Trans>
          </Button>
        ) : null
      }
    >
      <Stack>
        {seen.error ? <ErrorNotice error={seen.error} /> : null}
        {list.error ? (
          <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />
        ) : !list.data ? (
          <Loading />
        ) : (
          <Panel flush>
            {list.data.length === 0 ? (
              <Empty>
                <Trans>No restricted chart was opened so.</Trans>
              </Empty>
            ) : (
              <List rows={list.data} busy={seen.isPending} onSeen={(id) => tell([id])} />
            )}
          </Panel>
        )}
      </Stack>
    </Page>
  );
}

function List(props: { rows: GlassRow[]; busy: boolean; onSeen: (id: string) => void }) {
  const { t, i18n } = useLingui();
  return (
    <Table
      label={t`Broken glass`}
      head={
        <>
          <th scope="col">
            <Trans>When</Trans>
          </th>
          <th scope="col">
            <Trans>Who</Trans>
          </th>
          <th scope="col">
            <Trans>Patient</Trans>
          </th>
          <th scope="col">
            <Trans>Why</Trans>
          </th>
          <th scope="col">
            <Trans>Until</Trans>
          </th>
          <th scope="col">
            <Trans>Seen by</Trans>
          </th>
        </>
      }
    >
      {props.rows.map((row) => (
        <tr key={row.id} data-testid="glass-row">
          <td className={cell.fixed}>{showMoment(row.began_ms, i18n.locale)}</td>
          <td>
            <bdi>{row.user}</bdi>
            <br />
            <small>
              <bdi>{row.device_name}</bdi>
            </small>
          </td>
          <td>
            {row.row ? (
              <>
                <Link to={`/patient/${row.patient}`} state={{ via: "link" }}>
                  <bdi>{bannerName(row.row)}</bdi>
                </Link>
                <br />
                <small>
                  <Trans>MRN</Trans> {row.row.mrn || <Trans>none</Trans>}
                </small>
              </>
            ) : (
              <Unknown>
                <Trans>not in the records</Trans>
              </Unknown>
            )}
          </td>
          <td>
            {row.why ? t(WHY_WORDS[row.why]) : <Trans>Another reason</Trans>}
            <br />
            <bdi>{row.reason}</bdi>
          </td>
          <td className={cell.fixed}>
            {row.open ? (
              <Chip tone="warn">
                <Trans>open until {showMoment(row.until_ms, i18n.locale)}</Trans>
              </Chip>
            ) : (
              showMoment(row.ended_ms ?? row.until_ms, i18n.locale)
            )}
          </td>
          <td>
            <bdi>{row.seen_by.join(", ")}</bdi>
            {row.seen ? null : (
              <Row>
                <Button
                  variant="default"
                  size="xs"
                  disabled={props.busy}
                  onClick={() => props.onSeen(row.id)}
                  aria-label={t`I have seen it: ${row.user}, ${showMoment(row.began_ms, i18n.locale)}`}
                  data-testid="glass-seen"
                >
                  <Trans>I have seen it</Trans>
                </Button>
              </Row>
            )}
          </td>
        </tr>
      ))}
    </Table>
  );
}
