import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { useState } from "react";
import { type DeviceRow, type PostureReport, useAsk } from "../../bridge";
import { Dialog } from "../../kit/Dialog";
import { showMoment } from "../../kit/dates";
import { cell, Fact, Facts, Stack, Table, Unknown } from "../../kit/Layout";
import { Empty, ErrorNotice, Loading } from "../../kit/Notes";
import { POSTURE_WORDS, TOLD_WORDS } from "../../kit/words/posture";
import { Standing } from "./Standing";

/** Reports that are fetched at once. */
const REPORTS = 50;

/** Opens what a computer has said of itself. */
export function Details(props: { device: DeviceRow }) {
  const { t } = useLingui();
  const [opened, setOpened] = useState(false);
  const { name } = props.device;
  return (
    <>
      <Button
        variant="subtle"
        size="xs"
        onClick={() => setOpened(true)}
        aria-label={t`Details of ${name}`}
        data-testid="device-details"
      >
        <Trans>Details…</Trans>
      </Button>
      <Dialog opened={opened} onClose={() => setOpened(false)} title={name} size={760}>
        {opened ? <Detail id={props.device.id} /> : null}
      </Dialog>
    </>
  );
}

function Detail(props: { id: string }) {
  const detail = useAsk("device_show", { id: props.id, limit: REPORTS }, { staleTime: 0 });
  if (detail.error) return <ErrorNotice error={detail.error} onRetry={() => void detail.refetch()} />;
  if (!detail.data) return <Loading />;
  const [newest] = detail.data.reports;
  return (
    <div data-testid="device-detail">
      <Stack>
        <Standing device={detail.data.device} />
        {newest ? (
          <>
            <Said report={newest} />
            <History reports={detail.data.reports} />
          </>
        ) : (
          <Empty>
            <Trans>
              This computer has not said anything of itself yet. It does when somebody has unlocked it and it has
              reached the server.
            </Trans>
          </Empty>
        )}
      </Stack>
    </div>
  );
}

/** The newest report. */
function Said(props: { report: PostureReport }) {
  const { t, i18n } = useLingui();
  const { posture: said, people, at_ms } = props.report;
  const show = (moment: number | null) =>
    moment === null ? (
      <Unknown>
        <Trans>cannot tell</Trans>
      </Unknown>
    ) : (
      showMoment(moment, i18n.locale)
    );
  const minutes = said.screen_lock_s === null ? null : Math.ceil(said.screen_lock_s / 60);
  const seconds = said.clock_offset_ms === null ? null : Math.round(said.clock_offset_ms / 1000);
  return (
    <Facts>
      <Fact name={<Trans>Reported</Trans>}>{show(at_ms)}</Fact>
      <Fact name={<Trans>Computer</Trans>}>
        <bdi>{said.host}</bdi>
      </Fact>
      <Fact name={<Trans>Operating system</Trans>}>
        <bdi>{said.os}</bdi>
      </Fact>
      <Fact name="Wardkeep">{said.app}</Fact>
      <Fact name={<Trans>Disk encrypted</Trans>}>{t(TOLD_WORDS[said.disk_encrypted])}</Fact>
      <Fact name={<Trans>Screen locks by itself</Trans>}>
        {t(TOLD_WORDS[said.screen_locks])}
        {minutes === null ? null : (
          <>
            , <Plural value={minutes} one="after # minute" other="after # minutes" />
          </>
        )}
      </Fact>
      <Fact name={<Trans>Keychain</Trans>}>{said.keychain}</Fact>
      <Fact name={<Trans>People with a key there</Trans>}>
        <bdi>{people.join(", ")}</bdi>
      </Fact>
      <Fact name={<Trans>Not sent</Trans>}>
        <Plural value={said.unsent} one="# change" other="# changes" />,{" "}
        <Plural value={said.unsent_files} one="# file" other="# files" />
      </Fact>
      <Fact name={<Trans>Clock against the server's</Trans>}>
        {seconds === null ? show(null) : <Plural value={seconds} one="# second" other="# seconds" />}
      </Fact>
      <Fact name={<Trans>Heard from the server</Trans>}>{show(said.heard_ms)}</Fact>
      <Fact name={<Trans>Lease ends</Trans>}>
        {said.lease_ends_ms === null ? (
          <Unknown>
            <Trans>no lease</Trans>
          </Unknown>
        ) : (
          show(said.lease_ends_ms)
        )}
      </Fact>
    </Facts>
  );
}

function History(props: { reports: PostureReport[] }) {
  const { t, i18n } = useLingui();
  return (
    <Table
      label={t`What it reported before`}
      scroll
      head={
        <>
          <th scope="col">
            <Trans>Reported</Trans>
          </th>
          <th scope="col">
            <Trans>Changed</Trans>
          </th>
          <th scope="col">
            <Trans>Disk encrypted</Trans>
          </th>
          <th scope="col">
            <Trans>Screen locks by itself</Trans>
          </th>
          <th scope="col">Wardkeep</th>
          <th scope="col" className={cell.numeric}>
            <Trans>Not sent</Trans>
          </th>
        </>
      }
    >
      {props.reports.map((report) => (
        <tr key={report.at_ms} data-testid="device-report">
          <td className={cell.fixed}>{showMoment(report.at_ms, i18n.locale)}</td>
          <td>
            {report.changed.length > 0 ? (
              report.changed.map((field) => t(POSTURE_WORDS[field])).join(", ")
            ) : (
              <Unknown>
                <Trans>nothing</Trans>
              </Unknown>
            )}
          </td>
          <td>{t(TOLD_WORDS[report.posture.disk_encrypted])}</td>
          <td>{t(TOLD_WORDS[report.posture.screen_locks])}</td>
          <td>{report.posture.app}</td>
          <td className={cell.numeric}>{report.posture.unsent}</td>
        </tr>
      ))}
    </Table>
  );
}
