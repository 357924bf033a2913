import { Trans, useLingui } from "@lingui/react/macro";
import { Link } from "react-router";
import { type DeviceRow, useAsk } from "../../bridge";
import { showMoment } from "../../kit/dates";
import { cell, Page, Panel, Row, Stack, Table, Unknown } from "../../kit/Layout";
import { Chip, ErrorNotice, Loading, Notice } from "../../kit/Notes";
import { useRights } from "../../kit/session";
import css from "../../kit/sync.module.css";
import { isAttached, useSync } from "../../kit/useSync";
import { ROLE_WORDS } from "../../kit/words/roles";
import { Details } from "./Details";
import { Invite } from "./Invite";
import { Quarantine } from "./Quarantine";
import { Requests } from "./Requests";
import { RevokeDevice } from "./RevokeDevice";
import { Standing } from "./Standing";
import { WipeChip } from "./WipeChip";
import { WipeDevice } from "./WipeDevice";

/** The computers of the clinic: who asks to join, who is in, and how to take one out. */
export function DevicesPage() {
  const rights = useRights();
  const status = useSync();
  if (!rights.admin) {
    return (
      <Page title={<Trans>Devices</Trans>} narrow>
        <Notice tone="plain" title={<Trans>Hidden: needs the administrator role</Trans>} />
      </Page>
    );
  }
  return (
    <Page
      title={<Trans>Devices of the clinic</Trans>}
      lead={<Trans>Every computer that takes part, and who uses it. The server knows them by number only.</Trans>}
    >
      {status === undefined ? (
        <Loading />
      ) : isAttached(status) ? (
        <Stack>
          <Invite />
          <Requests />
          <Quarantine />
          <DeviceList />
        </Stack>
      ) : (
        <Notice tone="info" title={<Trans>This computer works alone</Trans>}>
          <Link to="/sync">
            <Trans>Attach a server</Trans>
          </Link>{" "}
          <Trans>so that other computers can join.</Trans>
        </Notice>
      )}
    </Page>
  );
}

function DeviceList() {
  const { t } = useLingui();
  const devices = useAsk("device_list", {}, { staleTime: 0, refetchInterval: 10_000 });
  if (devices.error) return <ErrorNotice error={devices.error} onRetry={() => void devices.refetch()} />;
  if (!devices.data) return <Loading />;
  return (
    <Panel flush title={<Trans>In the clinic</Trans>} count={devices.data.length}>
      <Table
        label={t`Devices of the clinic`}
        head={
          <>
            <th scope="col">
              <Trans>Device</Trans>
            </th>
            <th scope="col">
              <Trans>People</Trans>
            </th>
            <th scope="col">
              <Trans>How it stands</Trans>
            </th>
            <th scope="col">
              <Trans>Last heard</Trans>
            </th>
            <th scope="col">
              <Trans>Records</Trans>
            </th>
            <th scope="col">
              <span className="visually-hidden">
                <Trans>Actions</Trans>
              </span>
            </th>
          </>
        }
      >
        {[...devices.data].sort(byWarnings).map((device) => (
          <Device key={device.id} device={device} />
        ))}
      </Table>
    </Panel>
  );
}

/** What is to be looked at comes first; the program has put the rest in order. */
function byWarnings(one: DeviceRow, other: DeviceRow): number {
  return Math.sign(other.warnings.length) - Math.sign(one.warnings.length);
}

function Device(props: { device: DeviceRow }) {
  const { t, i18n } = useLingui();
  const { device } = props;
  const revoked = device.status === "revoked";
  return (
    <tr className={revoked ? css.revoked : undefined} data-testid="device-row" data-status={device.status}>
      <td>
        <Row>
          <strong>
            <bdi>{device.name}</bdi>
          </strong>
          {device.this ? (
            <Chip tone="info">
              <Trans>this computer</Trans>
            </Chip>
          ) : null}
          {revoked ? (
            <Chip tone="plain">
              <Trans>revoked</Trans>
            </Chip>
          ) : null}
        </Row>
        {device.wipe ? <WipeChip wipe={device.wipe} /> : null}
      </td>
      <td>
        <ul className={css.people}>
          {device.users.map((user) => (
            <li key={user.id}>
              <bdi>{user.name}</bdi>
              {user.roles.map((role) => (
                <Chip key={role} tone="plain">
                  {t(ROLE_WORDS[role])}
                </Chip>
              ))}
            </li>
          ))}
        </ul>
      </td>
      <td>
        <Standing device={device} />
      </td>
      <td className={cell.fixed}>
        {device.this ? (
          <Trans>now</Trans>
        ) : device.last_heard_ms === null ? (
          <Unknown>
            <Trans>not yet</Trans>
          </Unknown>
        ) : (
          showMoment(device.last_heard_ms, i18n.locale)
        )}
      </td>
      <td>
        <Agrees device={device} />
      </td>
      <td>
        <Row end>
          <Details device={device} />
          <WipeDevice device={device} />
          {device.this || revoked || device.wipe ? null : <RevokeDevice device={device} />}
        </Row>
      </td>
    </tr>
  );
}

/** Whether its records are the same as ours, where both have seen the same. */
function Agrees(props: { device: DeviceRow }) {
  const { device } = props;
  if (device.this) return null;
  if (device.agrees === true) {
    return (
      <Chip tone="good">
        <Trans>the same as here</Trans>
      </Chip>
    );
  }
  if (device.agrees === false) {
    return (
      <Chip tone="warn">
        <Trans>differ: see Sync</Trans>
      </Chip>
    );
  }
  return (
    <Unknown>
      <Trans>not compared yet</Trans>
    </Unknown>
  );
}
