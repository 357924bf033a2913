import { Trans, useLingui } from "@lingui/react/macro";
import type { SyncStatus } from "../../bridge";
import { showMoment } from "../../kit/dates";
import { Fact, Facts, Panel, Unknown } from "../../kit/Layout";
import { showClock } from "../../kit/numbers";

const CLOCK_TELLS_MS = 60_000;

/** The server, and when it was heard. */
export function Contact(props: { status: SyncStatus }) {
  const { i18n } = useLingui();
  const { status } = props;
  const at = (ms: number | null) =>
    ms === null ? (
      <Unknown>
        <Trans>never</Trans>
      </Unknown>
    ) : (
      showMoment(ms, i18n.locale)
    );
  const off = status.clock_offset_ms;
  return (
    <Panel title={<Trans>Contact</Trans>}>
      <Facts>
        <Fact name={<Trans>Server</Trans>}>
          {status.server ?? (
            <Unknown>
              <Trans>unknown</Trans>
            </Unknown>
          )}
        </Fact>
        <Fact name={<Trans>Clinic’s id</Trans>}>
          {status.clinic ?? (
            <Unknown>
              <Trans>unknown</Trans>
            </Unknown>
          )}
        </Fact>
        <Fact name={<Trans>Last heard</Trans>}>{at(status.last_heard_ms)}</Fact>
        <Fact name={<Trans>Last in step</Trans>}>{at(status.last_synced_ms)}</Fact>
        {status.lease ? (
          <Fact name={<Trans>Opens without the server</Trans>}>
            {status.lease.ends_ms === null ? (
              <Trans>always: it is the clinic’s only computer</Trans>
            ) : (
              <Trans>until {showMoment(status.lease.ends_ms, i18n.locale)}</Trans>
            )}
          </Fact>
        ) : null}
        {status.retry_in_s !== null ? (
          <Fact name={<Trans>Next try</Trans>}>
            <Trans>in {showClock(status.retry_in_s)}</Trans>
          </Fact>
        ) : null}
        {off !== null && Math.abs(off) >= CLOCK_TELLS_MS ? (
          <Fact name={<Trans>This clock</Trans>}>{<ClockOff ms={off} />}</Fact>
        ) : null}
      </Facts>
    </Panel>
  );
}

/** How far this computer's clock is from the server's. */
export function ClockOff(props: { ms: number }) {
  const minutes = Math.round(Math.abs(props.ms) / 60_000);
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor((minutes % 1440) / 60);
  const parts = days > 0 ? `${days} d ${hours} h` : hours > 0 ? `${hours} h ${minutes % 60} min` : `${minutes} min`;
  return props.ms > 0 ? <Trans>{parts} ahead of the server</Trans> : <Trans>{parts} behind the server</Trans>;
}
