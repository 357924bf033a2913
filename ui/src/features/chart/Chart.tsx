import { Trans } from "@lingui/react/macro";
import { useAsk } from "../../bridge";
import { Columns, Stack } from "../../kit/Layout";
import { Hidden } from "../../kit/Notes";
import { useRights } from "../../kit/session";
import { Allergies } from "./Allergies";
import { Items } from "./Items";
import { Observations } from "./Observations";
import { OtherRecords } from "./OtherRecords";

/** The first chart. Every block asks for itself, so that one that fails leaves the others. */
export function Chart(props: { patient: string }) {
  const rights = useRights();
  if (!rights.chart) {
    return (
      <Hidden>
        <Trans>
          This computer holds no key to the chart for you. A clinician can look while signed in as themselves.
        </Trans>
      </Hidden>
    );
  }
  return <Blocks patient={props.patient} />;
}

function Blocks(props: { patient: string }) {
  const input = { patient: props.patient };
  const problems = useAsk("chart_problems", input);
  const medications = useAsk("chart_medications", input);
  const immunizations = useAsk("chart_immunizations", input);
  const encounters = useAsk("chart_encounters", input);
  const procedures = useAsk("chart_procedures", input);
  const reports = useAsk("chart_reports", input);
  const vitals = useAsk("chart_vitals", input);
  const labs = useAsk("chart_labs", input);
  return (
    <Columns min="24rem">
      <Stack>
        <Allergies patient={props.patient} />
        <Items
          title={<Trans>Problems</Trans>}
          ask={problems}
          empty={<Trans>No problems recorded.</Trans>}
          testId="chart-problems"
          first={8}
        />
        <Items
          title={<Trans>Medicines</Trans>}
          ask={medications}
          empty={<Trans>No medicines recorded.</Trans>}
          testId="chart-medications"
          first={8}
        />
        <Items
          title={<Trans>Immunisations</Trans>}
          ask={immunizations}
          empty={<Trans>No immunisations recorded.</Trans>}
          testId="chart-immunizations"
          first={6}
          flat
        />
      </Stack>
      <Stack>
        <Observations
          title={<Trans>Vital signs</Trans>}
          ask={vitals}
          empty={<Trans>No vital signs recorded.</Trans>}
          testId="chart-vitals"
        />
        <Items
          title={<Trans>Visits</Trans>}
          ask={encounters}
          empty={<Trans>No visits recorded.</Trans>}
          testId="chart-encounters"
          first={6}
          flat
        />
        <Items
          title={<Trans>Procedures</Trans>}
          ask={procedures}
          empty={<Trans>No procedures recorded.</Trans>}
          testId="chart-procedures"
          first={6}
          flat
        />
      </Stack>
      <Stack>
        <Observations
          title={<Trans>Laboratory</Trans>}
          ask={labs}
          empty={<Trans>No laboratory results recorded.</Trans>}
          testId="chart-labs"
        />
        <Items
          title={<Trans>Reports</Trans>}
          ask={reports}
          empty={<Trans>No reports recorded.</Trans>}
          testId="chart-reports"
          first={6}
          flat
        />
        <OtherRecords patient={props.patient} />
      </Stack>
    </Columns>
  );
}
