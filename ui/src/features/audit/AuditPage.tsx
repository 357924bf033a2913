import { Trans } from "@lingui/react/macro";
import { useState } from "react";
import { useLocation } from "react-router";
import { dateOrder } from "../../kit/dates";
import { Page, Panel, Stack } from "../../kit/Layout";
import { Notice } from "../../kit/Notes";
import { useRights, useSession } from "../../kit/session";
import { isAttached, useSync } from "../../kit/useSync";
import { ExportTrail } from "./ExportTrail";
import { Filters } from "./Filters";
import { EVERYTHING, type Filter, toWhich } from "./filter";
import { TrailList } from "./TrailList";
import { Verification } from "./Verification";

/** Who did what, on every computer of the clinic, in chains that show when somebody changed them. */
export function AuditPage() {
  const rights = useRights();
  if (!rights.admin) {
    return (
      <Page title={<Trans>Audit</Trans>} narrow>
        <Notice tone="plain" title={<Trans>Hidden: needs the administrator role</Trans>} />
      </Page>
    );
  }
  return <Trail />;
}

function Trail() {
  const attached = isAttached(useSync());
  const location = useLocation();
  // A patient's page leads here with that patient.
  const [filter, setFilter] = useState<Filter>({ ...EVERYTHING, patient: patientOf(location.state) });
  const which = toWhich(filter, dateOrder(useSession().settings.default_region));
  return (
    <Page
      title={<Trans>Audit</Trans>}
      lead={
        attached ? (
          <Trans>Every unlock, look and change on the computers of the clinic, as far as they have been heard.</Trans>
        ) : (
          <Trans>Every unlock, look and change on this computer.</Trans>
        )
      }
      actions={<ExportTrail which={which} />}
    >
      <Stack>
        <Verification attached={attached} />
        <Panel title={<Trans>Which entries</Trans>}>
          <Filters filter={filter} onFilter={setFilter} attached={attached} />
        </Panel>
        {which ? (
          <TrailList key={JSON.stringify(which)} which={which} withDevice={attached} />
        ) : (
          <Notice tone="plain" title={<Trans>Finish the day that you began to type.</Trans>} />
        )}
      </Stack>
    </Page>
  );
}

function patientOf(state: unknown): Filter["patient"] {
  if (typeof state !== "object" || state === null || !("patient" in state)) return null;
  const { patient } = state;
  if (typeof patient !== "object" || patient === null || !("id" in patient) || !("name" in patient)) return null;
  return typeof patient.id === "string" && typeof patient.name === "string"
    ? { id: patient.id, name: patient.name }
    : null;
}
