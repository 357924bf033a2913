import { Trans, useLingui } from "@lingui/react/macro";
import { NativeSelect, Textarea, TextInput } from "@mantine/core";
import type { Deceased } from "../../bridge";
import { DateField } from "../../kit/DateField";
import { AddButton, CodeSelect, FieldGrid, ListItem, Span } from "../../kit/Form";
import { Panel } from "../../kit/Layout";
import { MARITAL, SEX_AT_BIRTH } from "../../kit/words/person";
import { emptyIdentifier, emptyKin } from "./draft";
import type { Form } from "./useForm";

const LIMIT = 256;
const NOTE_LIMIT = 4000;

export function KinFields(props: { form: Form }) {
  const { t } = useLingui();
  const { form } = props;
  return (
    <Panel title={<Trans>Next of kin</Trans>}>
      {form.state.draft.next_of_kin.map((kin, index) => (
        <ListItem
          // biome-ignore lint/suspicious/noArrayIndexKey: new rows have no other identity and are never reordered
          key={index}
          removeLabel={t`Remove this person`}
          onRemove={() => form.remove("next_of_kin", index)}
        >
          <Span of={5}>
            <TextInput
              label={t`Name`}
              value={kin.name}
              onChange={(event) => form.change("next_of_kin", index, { name: event.currentTarget.value })}
              maxLength={LIMIT}
              autoComplete="off"
              dir="auto"
            />
          </Span>
          <Span of={3}>
            <TextInput
              label={t`Relation`}
              value={kin.relationship}
              onChange={(event) => form.change("next_of_kin", index, { relationship: event.currentTarget.value })}
              maxLength={LIMIT}
              autoComplete="off"
            />
          </Span>
          <Span of={4}>
            <TextInput
              label={t`Phone`}
              inputMode="tel"
              value={kin.phone}
              onChange={(event) => form.change("next_of_kin", index, { phone: event.currentTarget.value })}
              maxLength={LIMIT}
              autoComplete="off"
            />
          </Span>
        </ListItem>
      ))}
      <AddButton onClick={() => form.add("next_of_kin", emptyKin())}>
        <Trans>Add a person</Trans>
      </AddButton>
    </Panel>
  );
}

export function IdentifierFields(props: { form: Form; mrn: string | null }) {
  const { t } = useLingui();
  const { form } = props;
  return (
    <Panel title={<Trans>Identifiers</Trans>}>
      {form.state.draft.identifiers.map((identifier, index) =>
        identifier.value === props.mrn && identifier.item !== null ? null : (
          <ListItem
            // biome-ignore lint/suspicious/noArrayIndexKey: new rows have no other identity and are never reordered
            key={index}
            removeLabel={t`Remove this identifier`}
            onRemove={() => form.remove("identifiers", index)}
          >
            <Span of={4}>
              <TextInput
                label={t`Kind`}
                placeholder={t`such as insurance number`}
                value={identifier.label}
                onChange={(event) => form.change("identifiers", index, { label: event.currentTarget.value })}
                maxLength={LIMIT}
                autoComplete="off"
              />
            </Span>
            <Span of={4}>
              <TextInput
                label={t`Number`}
                value={identifier.value}
                onChange={(event) => form.change("identifiers", index, { value: event.currentTarget.value })}
                maxLength={LIMIT}
                autoComplete="off"
              />
            </Span>
            <Span of={4}>
              <TextInput
                label={t`Issued by`}
                value={identifier.system}
                onChange={(event) => form.change("identifiers", index, { system: event.currentTarget.value })}
                maxLength={LIMIT}
                autoComplete="off"
              />
            </Span>
          </ListItem>
        ),
      )}
      <p>
        {props.mrn ? (
          <Trans>MRN {props.mrn} was given by Wardkeep and stays.</Trans>
        ) : (
          <Trans>The MRN is given by Wardkeep when the patient is saved.</Trans>
        )}
      </p>
      <AddButton onClick={() => form.add("identifiers", emptyIdentifier())}>
        <Trans>Add an identifier</Trans>
      </AddButton>
    </Panel>
  );
}

export function MoreFields(props: { form: Form; deathError: string | null }) {
  const { t } = useLingui();
  const { form } = props;
  const { draft, deathText } = form.state;
  const setDeceased = (kind: string) => {
    const next: Deceased =
      kind === "yes" ? { kind: "yes" } : kind === "on" ? { kind: "on", date: "" } : { kind: "alive_or_unknown" };
    form.set({ deceased: next });
  };
  return (
    <Panel title={<Trans>More</Trans>}>
      <FieldGrid>
        <Span of={4}>
          <CodeSelect
            label={t`Sex at birth`}
            value={draft.sex_at_birth}
            words={SEX_AT_BIRTH}
            none={t`Not recorded`}
            onChange={(sex_at_birth) => form.set({ sex_at_birth })}
          />
        </Span>
        <Span of={4}>
          <TextInput
            label={t`Pronouns`}
            value={draft.pronouns ?? ""}
            onChange={(event) => form.set({ pronouns: event.currentTarget.value })}
            maxLength={LIMIT}
            autoComplete="off"
          />
        </Span>
        <Span of={4}>
          <CodeSelect
            label={t`Marital status`}
            value={draft.marital_status}
            words={MARITAL}
            none={t`Not recorded`}
            onChange={(marital_status) => form.set({ marital_status })}
          />
        </Span>
        <Span of={4}>
          <TextInput
            label={t`Language`}
            placeholder="de"
            value={draft.language ?? ""}
            onChange={(event) => form.set({ language: event.currentTarget.value })}
            maxLength={35}
            autoComplete="off"
          />
        </Span>
        <Span of={4}>
          <NativeSelect
            label={t`Deceased`}
            value={draft.deceased.kind}
            onChange={(event) => setDeceased(event.currentTarget.value)}
            data={[
              { value: "alive_or_unknown", label: t`No, or not known` },
              { value: "yes", label: t`Yes, date unknown` },
              { value: "on", label: t`Yes, on a date` },
            ]}
          />
        </Span>
        {draft.deceased.kind === "on" ? (
          <Span of={4}>
            <DateField
              label={t`Date of death`}
              text={deathText}
              onChange={(text) => form.put({ deathText: text })}
              error={props.deathError}
            />
          </Span>
        ) : null}
        <Span of={12}>
          <Textarea
            label={t`Note for the front desk`}
            description={t`Shown in the banner to everybody who opens the patient. Not for the chart.`}
            inputWrapperOrder={["label", "input", "description", "error"]}
            value={draft.emergency_note ?? ""}
            onChange={(event) => form.set({ emergency_note: event.currentTarget.value })}
            maxLength={NOTE_LIMIT}
            rows={3}
          />
        </Span>
      </FieldGrid>
    </Panel>
  );
}
