import { Trans } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { LockKeyhole, Siren } from "lucide-react";
import { useState } from "react";
import type { PatientDetail } from "../../bridge";
import { Notice } from "../../kit/Notes";
import { BreakGlass } from "./BreakGlass";

/** In the place of a chart that is closed to this person: why, who opens it, and the way in for an emergency. */
export function ClosedChart(props: { patient: PatientDetail }) {
  const { restriction } = props.patient;
  const [asking, setAsking] = useState(false);
  if (!restriction) return null;
  const people = restriction.people.map((one) => one.name).join(", ");
  return (
    <>
      <Notice
        tone="warn"
        icon={LockKeyhole}
        title={<Trans>This patient is restricted: the chart is closed to you</Trans>}
        testId="chart-closed"
        actions={
          restriction.may_break ? (
            <Button
              leftSection={<Siren size={16} aria-hidden />}
              onClick={() => setAsking(true)}
              data-testid="glass-open"
            >
              <Trans>Break the glass…</Trans>
            </Button>
          ) : null
        }
      >
        <p>
          {people === "" ? (
            <Trans>Nobody is named who opens it as usual.</Trans>
          ) : (
            <Trans>
              It opens to <bdi>{people}</bdi>.
            </Trans>
          )}{" "}
          <Trans>Name, birth date, contacts and appointments are open as usual.</Trans>
        </p>
        {restriction.may_break ? (
          <p>
            <Trans>
              In an emergency you can open it for a while. You say why, the administrators are told at once, and
              everything that you do is marked.
            </Trans>
          </p>
        ) : null}
      </Notice>
      <BreakGlass patient={props.patient} opened={asking} onClose={() => setAsking(false)} />
    </>
  );
}
