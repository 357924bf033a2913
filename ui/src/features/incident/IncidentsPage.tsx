import { Trans, useLingui } from "@lingui/react/macro";
import { Button, NativeSelect } from "@mantine/core";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { type DeviceRow, type IncidentKind, useAct, useAsk } from "../../bridge";
import { showInstant } from "../../kit/dates";
import { cell, Page, Panel, Row, Stack, Table } from "../../kit/Layout";
import { Chip, Empty, ErrorNotice, Loading, Notice } from "../../kit/Notes";
import { useRights, useSession } from "../../kit/session";
import css from "../../kit/sync.module.css";
import { isAttached, useSync } from "../../kit/useSync";
import { INCIDENT_WORDS } from "../../kit/words/incident";

/** Where an admin begins in a bad hour: what happened, to which laptop or who. */
export function IncidentsPage() {
  const rights = useRights();
  const status = useSync();
  if (!rights.admin) {
    return (
      <Page title={<Trans>Incidents</Trans>} narrow>
        <Notice tone="plain" title={<Trans>Hidden: needs the administrator role</Trans>} />
      </Page>
    );
  }
  return (
    <Page
      title={<Trans>Incidents</Trans>}
      lead={<Trans>One step after the other. You can leave at any time and go on later.</Trans>}
    >
      {status === undefined ? (
        <Loading />
      ) : isAttached(status) ? (
        <Stack>
          <Begin />
          <Known />
        </Stack>
      ) : (
        <Notice tone="info" title={<Trans>This computer works alone</Trans>}>
          <Trans>There is no other computer to take out. A person is removed under People.</Trans>
        </Notice>
      )}
    </Page>
  );
}

function Begin() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const me = useSession().user;
  const devices = useAsk("device_list", {}, { staleTime: 0 });
  const [kind, setKind] = useState<IncidentKind>("stolen");
  const [target, setTarget] = useState("");
  const open = useAct("incident_open");
  if (devices.error) return <ErrorNotice error={devices.error} onRetry={() => void devices.refetch()} />;
  if (!devices.data) return <Loading />;
  const options = kind === "stolen" ? laptops(devices.data) : people(devices.data, me.id);
  const chosen = options.some((one) => one.value === target) ? target : (options[0]?.value ?? "");
  const submit = () =>
    open.mutate(
      { kind, ...(kind === "stolen" ? { device: chosen } : { user: chosen }) },
      { onSuccess: (view) => void navigate(`/incident/${view.row.id}`) },
    );
  return (
    <Panel title={<Trans>What happened?</Trans>}>
      <Stack>
        <fieldset className={css.choices} aria-label={t`What happened?`}>
          {(["stolen", "leaving"] as const).map((one) => (
            <label key={one} className={css.choice}>
              <input
                type="radio"
                name="incident-kind"
                checked={kind === one}
                onChange={() => setKind(one)}
                data-testid={`incident-${one}`}
              />
              <strong>{t(INCIDENT_WORDS[one])}</strong>
              <small>
                {one === "stolen" ? (
                  <Trans>Stolen, lost, or not where it should be.</Trans>
                ) : (
                  <Trans>Somebody stops working here, today or already.</Trans>
                )}
              </small>
            </label>
          ))}
        </fieldset>
        {options.length === 0 ? (
          <Empty>
            {kind === "stolen" ? <Trans>There is no other computer.</Trans> : <Trans>There is nobody else.</Trans>}
          </Empty>
        ) : (
          <NativeSelect
            label={kind === "stolen" ? t`Which computer?` : t`Who?`}
            data={options}
            value={chosen}
            onChange={(event) => setTarget(event.currentTarget.value)}
            data-testid="incident-target"
          />
        )}
        {open.error ? <ErrorNotice error={open.error} /> : null}
        <Row end>
          <Button onClick={submit} loading={open.isPending} disabled={options.length === 0} data-testid="incident-open">
            <Trans>Show what to do</Trans>
          </Button>
        </Row>
      </Stack>
    </Panel>
  );
}

function laptops(devices: readonly DeviceRow[]) {
  return devices
    .filter((device) => !device.this)
    .map((device) => ({
      value: device.id,
      label: `${device.name} (${device.users.map((user) => user.name).join(", ")})`,
    }));
}

function people(devices: readonly DeviceRow[], me: string) {
  const known = new Map<string, string>();
  for (const user of devices.flatMap((device) => device.users)) if (user.id !== me) known.set(user.id, user.name);
  return [...known].map(([value, label]) => ({ value, label }));
}

function Known() {
  const { t, i18n } = useLingui();
  const known = useAsk("incident_list", {}, { staleTime: 0 });
  if (known.error) return <ErrorNotice error={known.error} onRetry={() => void known.refetch()} />;
  if (!known.data || known.data.length === 0) return null;
  return (
    <Panel flush title={<Trans>Incidents of this computer</Trans>} count={known.data.length}>
      <Table
        label={t`Incidents of this computer`}
        head={
          <>
            <th scope="col">
              <Trans>Opened</Trans>
            </th>
            <th scope="col">
              <Trans>What</Trans>
            </th>
            <th scope="col">
              <Trans>State</Trans>
            </th>
          </>
        }
      >
        {known.data.map((row) => (
          <tr key={row.id} data-testid="incident-row">
            <td className={cell.fixed}>{showInstant(row.opened_ms, i18n.locale)}</td>
            <td>
              <Link to={`/incident/${row.id}`}>
                {t(INCIDENT_WORDS[row.kind])}: <bdi>{row.name}</bdi>
              </Link>
            </td>
            <td>
              {row.closed_ms !== null ? (
                <Chip tone="plain">
                  <Trans>closed</Trans>
                </Chip>
              ) : row.left === 0 ? (
                <Chip tone="good">
                  <Trans>all done</Trans>
                </Chip>
              ) : (
                <Chip tone="warn">
                  <Trans>{row.left} to do</Trans>
                </Chip>
              )}
            </td>
          </tr>
        ))}
      </Table>
    </Panel>
  );
}
