import { Trans, useLingui } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { useLocation, useNavigate, useParams } from "react-router";
import { type CommandError, call, type PatientDetail, type PatientDraft, useAsk } from "../bridge";
import { Chart } from "../features/chart/Chart";
import { Documents } from "../features/documents/Documents";
import { ImportPage } from "../features/importing/ImportPage";
import { Notebook } from "../features/notes/Notebook";
import { Banner } from "../features/patient/Banner";
import { PatientPage } from "../features/patient/PatientPage";
import { formOf, newForm } from "../features/registration/draft";
import { PatientForm } from "../features/registration/PatientForm";
import { rebase } from "../features/registration/rebase";
import { ClosedChart } from "../features/restricted/ClosedChart";
import { Restrict } from "../features/restricted/Restrict";
import { SettingsPage } from "../features/settings/SettingsPage";
import { Page } from "../kit/Layout";
import { ErrorNotice, Loading } from "../kit/Notes";
import { useSession } from "../kit/session";
import { say } from "../kit/undo";
import { isAttached, useSync } from "../kit/useSync";
import { usePlace } from "./place";

// Where features meet: each page is put together here, so that no feature knows another.

const VIAS = ["search", "recent", "link", "register"] as const;

export function PatientRoute() {
  const { id = "" } = useParams();
  const { refreshSession } = usePlace();
  const said: unknown = useLocation().state?.via;
  const via = VIAS.find((one) => one === said) ?? "link";
  return (
    <PatientPage
      key={id}
      id={id}
      via={via}
      chart={<Chart patient={id} />}
      notes={<Notebook patient={id} />}
      documents={<Documents patient={id} />}
      closed={(patient) => <ClosedChart patient={patient} />}
      restrict={(patient, onDone) => <Restrict patient={patient} onDone={onDone} />}
      onCount={refreshSession}
    />
  );
}

export function RegisterRoute() {
  const { t } = useLingui();
  const location = useLocation();
  const navigate = useNavigate();
  const answers = useQueryClient();
  const { refreshSession } = usePlace();
  const query: unknown = location.state?.query;
  return (
    <PatientForm
      key={location.key}
      title={t`New patient`}
      start={newForm(typeof query === "string" ? query : "")}
      before={null}
      save={(draft) => call("patient_register", { draft })}
      onSaved={(patient) => {
        void answers.invalidateQueries({ queryKey: ["patient_search"] });
        void answers.invalidateQueries({ queryKey: ["patient_recent"] });
        refreshSession();
        say(t`Registered with MRN ${patient.row.mrn}`);
        void navigate(`/patient/${patient.row.id}`, { state: { via: "register" }, replace: true });
      }}
      onCancel={() => void navigate("/")}
      onOpen={(row) => void navigate(`/patient/${row.id}`, { state: { via: "link" } })}
    />
  );
}

export function EditRoute() {
  const { t, i18n } = useLingui();
  const { id = "" } = useParams();
  const navigate = useNavigate();
  const answers = useQueryClient();
  const shared = isAttached(useSync());
  const patient = useAsk("patient_open", { id, via: "link" }, { staleTime: Number.POSITIVE_INFINITY, gcTime: 0 });
  if (patient.isPending) {
    return (
      <Page title={<Trans>Patient</Trans>}>
        <Loading />
      </Page>
    );
  }
  if (patient.error) {
    return (
      <Page title={<Trans>Patient</Trans>} narrow>
        <ErrorNotice error={patient.error} onRetry={() => void patient.refetch()} />
      </Page>
    );
  }
  const back = () => void navigate(`/patient/${id}`, { state: { via: "link" }, replace: true });
  return (
    <>
      <Banner patient={patient.data} />
      <PatientForm
        key={id}
        title={t`Edit the patient`}
        start={formOf(patient.data.draft, i18n.locale)}
        before={patient.data}
        save={(draft) => saveEdit(patient.data, draft, shared)}
        onSaved={(detail) => {
          // The page that is shown next asks with this key and would take what it knew before the edit.
          answers.setQueryData(["patient_open", { id, via: "link" }], detail);
          void answers.invalidateQueries({ queryKey: ["patient_search"] });
          void answers.invalidateQueries({ queryKey: ["patient_recent"] });
          say(t`Saved`);
          back();
        }}
        onCancel={back}
        onOpen={(row) => void navigate(`/patient/${row.id}`, { state: { via: "link" } })}
      />
    </>
  );
}

/** Writes what was changed in the form over what the patient is now. */
async function saveEdit(opened: PatientDetail, mine: PatientDraft, shared: boolean): Promise<PatientDetail> {
  const { id } = opened.row;
  if (!shared) return call("patient_edit", { id, draft: mine });
  const now = await call("patient_open", { id, via: "link" });
  const draft = rebase(opened.draft, mine, now.draft);
  if (draft === null) throw { code: "conflict", field: null, retryable: false, detail: null } satisfies CommandError;
  return call("patient_edit", { id, draft });
}

export function SettingsRoute() {
  const { setSession, refreshSession } = usePlace();
  const session = useSession();
  return <SettingsPage onSettings={(settings) => setSession({ ...session, settings })} onRules={refreshSession} />;
}

export function ImportRoute() {
  const { refreshSession } = usePlace();
  return <ImportPage onImported={refreshSession} />;
}
