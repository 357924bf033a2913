import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Checkbox } from "@mantine/core";
import { LockKeyhole } from "lucide-react";
import { type FormEvent, useState } from "react";
import { type PatientDetail, useAct, useAsk } from "../../bridge";
import { Dialog } from "../../kit/Dialog";
import { Panel, Row, Stack } from "../../kit/Layout";
import { ErrorNotice, Loading } from "../../kit/Notes";
import { useRights, useSession } from "../../kit/session";

/** Who opens the chart as usual, and the way to say it. */
export function Restrict(props: { patient: PatientDetail; onDone: (patient: PatientDetail) => void }) {
  const { t } = useLingui();
  const { restriction, may_restrict, row } = props.patient;
  const [asking, setAsking] = useState(false);
  const lift = useAct("patient_unrestrict");
  const people = restriction?.people.map((one) => one.name).join(", ") ?? "";
  return (
    <Panel title={<Trans>Who opens the chart</Trans>}>
      <Stack>
        <span data-testid="restriction">
          {restriction === null ? (
            <Trans>Everybody at the clinic who reads charts.</Trans>
          ) : people === "" ? (
            <Trans>Restricted: nobody as usual; clinicians in an emergency.</Trans>
          ) : (
            <Trans>
              Restricted: <bdi>{people}</bdi>; other clinicians in an emergency.
            </Trans>
          )}
        </span>
        {lift.error ? <ErrorNotice error={lift.error} /> : null}
        {may_restrict ? (
          <Row>
            <Button
              variant="default"
              leftSection={<LockKeyhole size={16} aria-hidden />}
              onClick={() => setAsking(true)}
              data-testid="restrict-open"
            >
              {restriction === null ? <Trans>Restrict…</Trans> : <Trans>Change…</Trans>}
            </Button>
            {restriction === null ? null : (
              <Button
                variant="default"
                disabled={lift.isPending}
                onClick={() => lift.mutate({ patient: row.id }, { onSuccess: props.onDone })}
                data-testid="restrict-lift"
              >
                <Trans>Lift the restriction</Trans>
              </Button>
            )}
          </Row>
        ) : null}
      </Stack>
      <Dialog opened={asking} onClose={() => setAsking(false)} title={t`Who opens the chart`}>
        {asking ? <Choose {...props} onClose={() => setAsking(false)} /> : null}
      </Dialog>
    </Panel>
  );
}

function Choose(props: { patient: PatientDetail; onDone: (patient: PatientDetail) => void; onClose: () => void }) {
  const session = useSession();
  const rights = useRights();
  const people = useAsk("restriction_people", {});
  const set = useAct("patient_restrict");
  const before = props.patient.restriction?.people.map((one) => one.id);
  const [chosen, setChosen] = useState<readonly string[]>(before ?? (rights.chart ? [session.user.id] : []));
  if (people.error) return <ErrorNotice error={people.error} />;
  if (!people.data) return <Loading />;
  const known = people.data.map((one) => one.id);
  const users = chosen.filter((id) => known.includes(id));
  // A clinician who shut themselves out could not take it back; the program refuses that.
  const fixed = rights.admin ? null : session.user.id;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    set.mutate(
      { patient: props.patient.row.id, users },
      {
        onSuccess: (patient) => {
          props.onDone(patient);
          props.onClose();
        },
      },
    );
  };
  const toggle = (id: string) =>
    setChosen((now) => (now.includes(id) ? now.filter((one) => one !== id) : [...now, id]));
  return (
    <form onSubmit={submit}>
      <Stack>
        <span>
          <Trans>Only these people open the chart as usual. Everybody still finds the patient.</Trans>
        </span>
        <fieldset style={{ border: 0, margin: 0, padding: 0 }}>
          <legend style={{ padding: 0, marginBottom: "0.5rem" }}>
            <Trans>People who treat the patient</Trans>
          </legend>
          <Stack>
            {people.data.map((one) => (
              <Checkbox
                key={one.id}
                label={<bdi>{one.name}</bdi>}
                checked={one.id === fixed || users.includes(one.id)}
                disabled={one.id === fixed}
                onChange={() => toggle(one.id)}
                data-testid="restrict-person"
              />
            ))}
          </Stack>
        </fieldset>
        {set.error ? <ErrorNotice error={set.error} /> : null}
        <Row end>
          <Button variant="default" onClick={props.onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button type="submit" disabled={set.isPending} data-testid="restrict-submit">
            <Trans>Restrict</Trans>
          </Button>
        </Row>
      </Stack>
    </form>
  );
}
