import { msg } from "@lingui/core/macro";
import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { type FormEvent, useRef, useState } from "react";
import type { CommandError, PatientDetail, PatientDraft, PatientRow } from "../../bridge";
import { DateField } from "../../kit/DateField";
import { dateOrder, todayAsDate } from "../../kit/dates";
import { CodeSelect, FieldGrid, formCss, Span } from "../../kit/Form";
import { Keys } from "../../kit/Keys";
import { Columns, Page, Panel, Row, Stack } from "../../kit/Layout";
import { LeaveGuard } from "../../kit/LeaveGuard";
import { ErrorNotice } from "../../kit/Notes";
import { useSession } from "../../kit/session";
import { useStatus } from "../../kit/status";
import { useCommands } from "../../kit/useCommands";
import { GENDER_WORDS } from "../../kit/words/roles";
import { AddressFields, ContactFields } from "./ContactFields";
import { Duplicates } from "./Duplicates";
import { checkForm, type FieldProblem, type FormState } from "./draft";
import { IdentifierFields, KinFields, MoreFields } from "./MoreFields";
import { FirstName, OtherNames } from "./NameFields";
import { useForm } from "./useForm";

/** Registers or edits a patient. The first box is enough for a queue; everything else can wait. */
export function PatientForm(props: {
  title: string;
  start: FormState;
  before: PatientDetail | null;
  save: (draft: PatientDraft) => Promise<PatientDetail>;
  onSaved: (patient: PatientDetail) => void;
  onCancel: () => void;
  onOpen: (row: PatientRow) => void;
}) {
  const { t } = useLingui();
  const form = useForm(props.start);
  const order = dateOrder(useSession().settings.default_region);
  const checked = checkForm(form.state, order, todayAsDate());
  const [tried, setTried] = useState(false);
  const [saving, setSaving] = useState(false);
  const [error, setError] = useState<CommandError | null>(null);
  const saved = useRef(false);
  const element = useRef<HTMLFormElement>(null);
  const has = (problem: FieldProblem) => tried && checked.problems.includes(problem);

  const save = async () => {
    setTried(true);
    if (saving) return;
    if (checked.problems.length > 0) {
      requestAnimationFrame(() => element.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
      return;
    }
    setSaving(true);
    setError(null);
    try {
      const patient = await props.save(checked.draft);
      saved.current = true;
      props.onSaved(patient);
    } catch (thrown) {
      setError(thrown as CommandError);
    } finally {
      setSaving(false);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void save();
  };

  useCommands([
    {
      id: "form.save",
      title: msg`Save`,
      keys: "mod+enter",
      section: "form",
      run: () => void save(),
    },
  ]);
  useStatus(form.dirty ? { tone: "info", text: t`Changes on this page are not saved yet` } : null);

  return (
    <Page title={props.title}>
      <form ref={element} className={formCss.form} onSubmit={submit} noValidate aria-label={props.title}>
        <Panel>
          <Stack>
            <FirstName
              form={form}
              autoFocus
              error={has("name_missing") ? t`Enter at least one name, “unknown” if there is none` : null}
            />
            <FieldGrid>
              <Span of={4}>
                <DateField
                  label={t`Born`}
                  text={form.state.birthText}
                  onChange={(birthText) => form.put({ birthText })}
                  showAge
                  error={has("birth_unreadable") ? t`This is no date up to today` : null}
                  testId="field-birth-date"
                />
              </Span>
              <Span of={4}>
                <CodeSelect
                  label={t`Gender`}
                  value={form.state.draft.gender}
                  words={GENDER_WORDS}
                  none={t`Not recorded`}
                  onChange={(gender) => form.set({ gender })}
                  testId="field-gender"
                />
              </Span>
            </FieldGrid>
          </Stack>
        </Panel>
        <Duplicates draft={checked.draft} self={props.before?.row.id ?? null} onOpen={props.onOpen} />
        <Columns min="30rem">
          <Stack>
            <ContactFields form={form} />
            <OtherNames form={form} />
            <KinFields form={form} />
          </Stack>
          <Stack>
            <AddressFields form={form} />
            <MoreFields
              form={form}
              deathError={deathError(has, t`This is no date up to today`, t`This is before the birth`)}
            />
            <IdentifierFields form={form} mrn={props.before?.row.mrn ?? null} />
          </Stack>
        </Columns>
        {error ? <ErrorNotice error={error} testId="save-error" /> : null}
        <div className={formCss.actions}>
          <span role="status">{form.dirty ? <Trans>Not saved yet</Trans> : null}</span>
          <Row end>
            <Keys keys="mod+enter" />
            <Button variant="default" onClick={props.onCancel}>
              <Trans>Cancel</Trans>
            </Button>
            <Button type="submit" loading={saving} data-testid="save-button">
              <Trans>Save</Trans>
            </Button>
          </Row>
        </div>
      </form>
      <LeaveGuard when={() => form.dirty && !saved.current} />
    </Page>
  );
}

function deathError(has: (problem: FieldProblem) => boolean, unreadable: string, early: string): string | null {
  if (has("death_unreadable")) return unreadable;
  return has("death_before_birth") ? early : null;
}
