import { Trans, useLingui } from "@lingui/react/macro";
import { Button, TextInput } from "@mantine/core";
import { useState } from "react";
import { type IncidentView, type StepView, useAct } from "../../bridge";
import { showInstant } from "../../kit/dates";
import { Row, Stack } from "../../kit/Layout";
import { Chip, ErrorNotice, Notice } from "../../kit/Notes";
import css from "../../kit/sync.module.css";
import { STATE_WORDS, STEP_WORDS } from "../../kit/words/incident";
import { OrderWipe, WipeSoFar } from "./OrderWipe";

/** One step of an incident: how it stands, what it does, and its button. */
export function Step(props: { step: StepView; view: IncidentView; onView: (view: IncidentView) => void }) {
  const { t, i18n } = useLingui();
  const { step, view } = props;
  const words = STEP_WORDS[step.step];
  const state = STATE_WORDS[step.state];
  const act = useAct("incident_step");
  const closed = view.row.closed_ms !== null;
  // New keys come with the revocation; there is something to press only when they did not.
  const asks = step.state !== "done" && !closed && (step.step !== "epochs" || step.state !== "todo");
  const own = step.step === "evidence" || step.step === "wipe";
  return (
    <section aria-label={t(words.name)} data-testid={`step-${step.step}`} data-state={step.state}>
      <Row spread>
        <Row>
          <strong>{t(words.name)}</strong>
          <Chip tone={state.tone}>{t(state.word)}</Chip>
          {step.state === "done" && step.at_ms !== null ? (
            <span className={css.quiet}>{showInstant(step.at_ms, i18n.locale)}</span>
          ) : null}
        </Row>
        {asks && step.step === "wipe" ? <OrderWipe view={view} onView={props.onView} /> : null}
        {asks && !own ? (
          <Button
            variant={step.state === "waiting" ? "default" : "filled"}
            loading={act.isPending}
            onClick={() => act.mutate({ id: view.row.id, step: step.step }, { onSuccess: props.onView })}
            data-testid={`step-${step.step}-do`}
          >
            {t(words.act)}
          </Button>
        ) : null}
      </Row>
      <p className={css.quiet}>{t(words.about)}</p>
      {step.step === "wipe" ? <WipeSoFar view={view} /> : null}
      {step.state === "waiting" && step.step !== "wipe" ? (
        <p className={css.text}>
          <Trans>
            Waiting for a clinician's computer to come online. It makes the key by itself; this page shows when it has.
          </Trans>
        </p>
      ) : null}
      {step.state === "failed" && step.error !== null ? (
        <ErrorNotice error={{ code: step.error, field: null, retryable: true, detail: null }} />
      ) : null}
      {act.error ? <ErrorNotice error={act.error} /> : null}
      {step.step === "evidence" ? <Evidence view={view} onView={props.onView} closed={closed} /> : null}
    </section>
  );
}

function Evidence(props: { view: IncidentView; closed: boolean; onView: (view: IncidentView) => void }) {
  const { t } = useLingui();
  const { view } = props;
  const [path, setPath] = useState("");
  const save = useAct("incident_evidence");
  return (
    <Stack>
      {view.evidence_file ? (
        <Notice tone="good" testId="evidence-saved" title={<Trans>Saved: {view.evidence_file}</Trans>}>
          <Trans>
            BLAKE3 of the file: {view.evidence_hash}. The same value stands in the log of this computer's incidents.
          </Trans>
        </Notice>
      ) : null}
      {props.closed ? null : (
        <form
          aria-label={t`Save the evidence`}
          onSubmit={(event) => {
            event.preventDefault();
            save.mutate({ id: view.row.id, path: path.trim() }, { onSuccess: props.onView });
          }}
        >
          <Stack>
            <TextInput
              label={t`File`}
              description={t`the whole path of a new file, such as /media/stick/incident.json`}
              value={path}
              onChange={(event) => setPath(event.currentTarget.value)}
              error={save.error?.code === "invalid" ? t`Give the whole path of a file that is not there yet` : null}
              autoComplete="off"
              spellCheck={false}
              data-testid="evidence-path"
            />
            {save.error && save.error.code !== "invalid" ? <ErrorNotice error={save.error} /> : null}
            <Row end>
              <Button
                type="submit"
                variant={view.evidence_file ? "default" : "filled"}
                loading={save.isPending}
                disabled={path.trim() === ""}
                data-testid="evidence-save"
              >
                {t(STEP_WORDS.evidence.act)}
              </Button>
            </Row>
          </Stack>
        </form>
      )}
    </Stack>
  );
}
