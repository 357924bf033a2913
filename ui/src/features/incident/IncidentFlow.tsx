import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useParams } from "react-router";
import { type IncidentView, useAct, useAsk } from "../../bridge";
import { AuditTable } from "../../kit/AuditTable";
import { showInstant } from "../../kit/dates";
import { Fact, Facts, Page, Panel, Row, Stack, Unknown } from "../../kit/Layout";
import { Chip, Empty, ErrorNotice, Loading, Notice } from "../../kit/Notes";
import { showCount } from "../../kit/numbers";
import { say } from "../../kit/undo";
import { INCIDENT_WORDS } from "../../kit/words/incident";
import { Step } from "./Step";

/** One incident: what was at stake, and the steps with how each stands. */
export function IncidentFlow() {
  const { t, i18n } = useLingui();
  const id = Number(useParams()["id"] ?? 0);
  const answers = useQueryClient();
  const incident = useAsk("incident_show", { id }, { staleTime: 0, refetchInterval: 5_000 });
  const close = useAct("incident_close");
  const take = (view: IncidentView) => answers.setQueryData(["incident_show", { id }], view);
  if (incident.isPending) {
    return (
      <Page title={<Trans>Incident</Trans>}>
        <Loading />
      </Page>
    );
  }
  if (!incident.data) {
    return (
      <Page title={<Trans>Incident</Trans>} narrow>
        {incident.error ? <ErrorNotice error={incident.error} onRetry={() => void incident.refetch()} /> : null}
      </Page>
    );
  }
  const view = incident.data;
  const { row } = view;
  return (
    <Page
      title={
        <>
          {t(INCIDENT_WORDS[row.kind])}: <bdi>{row.name}</bdi>
        </>
      }
      actions={
        row.closed_ms === null ? (
          <Button
            variant="default"
            loading={close.isPending}
            onClick={() =>
              close.mutate(
                { id },
                {
                  onSuccess: (next) => {
                    take(next);
                    say(t`The incident is closed`);
                  },
                },
              )
            }
            data-testid="incident-close"
          >
            <Trans>Close the incident</Trans>
          </Button>
        ) : null
      }
    >
      <Stack>
        {close.error ? <ErrorNotice error={close.error} /> : null}
        {row.closed_ms !== null ? (
          <Notice
            tone="info"
            testId="incident-closed"
            title={<Trans>Closed {showInstant(row.closed_ms, i18n.locale)}</Trans>}
          />
        ) : row.left === 0 ? (
          <Notice tone="good" title={<Trans>Every step is done</Trans>} />
        ) : null}
        <AtStake view={view} />
        <Panel title={<Trans>What to do, in this order</Trans>}>
          <Stack>
            {view.steps.map((step) => (
              <Step key={step.step} step={step} view={view} onView={take} />
            ))}
          </Stack>
        </Panel>
        {view.viewed_known_from_ms !== null ? (
          <Notice
            tone="info"
            title={
              <Trans>
                The trail that you can read begins {showInstant(view.viewed_known_from_ms, i18n.locale)}. Of what was
                done before, nothing is known here.
              </Trans>
            }
          />
        ) : null}
        {view.viewed_more ? (
          <Notice
            tone="info"
            title={<Trans>There are older entries of these days. Look for them in the audit trail.</Trans>}
          />
        ) : null}
        <Panel
          flush={view.viewed.length > 0}
          title={<Plural value={view.viewed_days} one="Done in the last day" other="Done in the last # days" />}
          count={view.viewed.length}
        >
          {view.viewed.length > 0 ? (
            <AuditTable rows={view.viewed} withPatient withDevice />
          ) : (
            <Empty>
              <Trans>The clinic's audit trail has nothing of these days.</Trans>
            </Empty>
          )}
        </Panel>
      </Stack>
    </Page>
  );
}

function AtStake(props: { view: IncidentView }) {
  const { t, i18n } = useLingui();
  const { view } = props;
  return (
    <Panel title={<Trans>What it could read</Trans>}>
      <Facts>
        <Fact name={<Trans>Parts of the record</Trans>}>
          <Row>
            {view.could_read.map((part) => (
              <Chip key={part} tone="plain">
                {part === "office" ? t`Office` : t`Chart`}
              </Chip>
            ))}
            <Plural
              value={view.patients}
              one="of one patient"
              other={`of ${showCount(view.patients, i18n.locale)} patients`}
            />
          </Row>
        </Fact>
        {view.devices.map((device) => (
          <Fact key={device.id} name={<bdi>{device.name}</bdi>}>
            <Row>
              <bdi>{device.people.join(", ")}</bdi>
              {device.this ? (
                <Chip tone="info">
                  <Trans>this computer</Trans>
                </Chip>
              ) : null}
              {device.revoked ? (
                <Chip tone="plain">
                  <Trans>revoked</Trans>
                </Chip>
              ) : null}
              {view.row.kind === "leaving" && device.alone && !device.this && !device.revoked ? (
                <Chip tone="warn">
                  <Trans>nobody else uses it: get it back, or treat it as stolen</Trans>
                </Chip>
              ) : null}
            </Row>
            <div>
              {device.last_heard_ms === null ? (
                <Unknown>
                  <Trans>nothing ever came from it</Trans>
                </Unknown>
              ) : (
                <Trans>last heard {showInstant(device.last_heard_ms, i18n.locale)}</Trans>
              )}
            </div>
            <div>
              {device.unsent === null ? (
                <Unknown>
                  <Trans>it never said what it had not sent</Trans>
                </Unknown>
              ) : (
                <Trans>
                  not sent when it last reported ({showInstant(device.unsent.at_ms, i18n.locale)}): changes{" "}
                  {showCount(device.unsent.changes, i18n.locale)}, files {showCount(device.unsent.files, i18n.locale)}
                </Trans>
              )}
            </div>
          </Fact>
        ))}
        <Fact name={<Trans>Written later</Trans>}>
          <Unknown>
            <Trans>not known: what was written there after it was last heard is only there</Trans>
          </Unknown>
        </Fact>
      </Facts>
    </Panel>
  );
}
