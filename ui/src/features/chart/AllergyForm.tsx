import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { Trans, useLingui } from "@lingui/react/macro";
import { Button, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import type { AllergyDraft } from "../../bridge";
import { CodeSelect, FieldGrid, Span } from "../../kit/Form";
import { Row, Stack } from "../../kit/Layout";
import { CRITICALITY_WORDS } from "../../kit/words/allergies";

const CATEGORY: Record<NonNullable<AllergyDraft["category"]>, MessageDescriptor> = {
  medication: msg`Medicine`,
  food: msg`Food`,
  environment: msg`Environment`,
  biologic: msg`Biological product`,
};

const SEVERITY: Record<NonNullable<AllergyDraft["severity"]>, MessageDescriptor> = {
  mild: msg`Mild`,
  moderate: msg`Moderate`,
  severe: msg`Severe`,
};

const EMPTY: AllergyDraft = {
  substance: "",
  code: null,
  system: null,
  category: null,
  criticality: null,
  reaction: null,
  severity: null,
};

export function AllergyForm(props: { onSave: (draft: AllergyDraft) => Promise<void>; onCancel: () => void }) {
  const { t } = useLingui();
  const [draft, setDraft] = useState(EMPTY);
  const [saving, setSaving] = useState(false);
  const set = (change: Partial<AllergyDraft>) => setDraft({ ...draft, ...change });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (draft.substance.trim() === "" || saving) return;
    setSaving(true);
    const reaction = draft.reaction?.trim() || null;
    void props.onSave({ ...draft, substance: draft.substance.trim(), reaction }).finally(() => setSaving(false));
  };
  return (
    <form
      onSubmit={submit}
      aria-label={t`New allergy`}
      onKeyDown={(event) => {
        if (event.key === "Escape") props.onCancel();
      }}
    >
      <Stack>
        <FieldGrid>
          <Span of={12}>
            <TextInput
              label={t`Substance`}
              value={draft.substance}
              onChange={(event) => set({ substance: event.currentTarget.value })}
              maxLength={200}
              autoFocus
              required
              autoComplete="off"
              data-testid="allergy-substance"
            />
          </Span>
          <Span of={6}>
            <CodeSelect
              label={t`Kind`}
              value={draft.category}
              words={CATEGORY}
              none={t`Not told`}
              onChange={(category) => set({ category })}
            />
          </Span>
          <Span of={6}>
            <CodeSelect
              label={t`Risk`}
              value={draft.criticality}
              words={CRITICALITY_WORDS}
              none={t`Not told`}
              onChange={(criticality) => set({ criticality })}
            />
          </Span>
          <Span of={6}>
            <TextInput
              label={t`Reaction`}
              value={draft.reaction ?? ""}
              onChange={(event) => set({ reaction: event.currentTarget.value })}
              maxLength={500}
              autoComplete="off"
            />
          </Span>
          <Span of={6}>
            <CodeSelect
              label={t`Severity`}
              value={draft.severity}
              words={SEVERITY}
              none={t`Not told`}
              onChange={(severity) => set({ severity })}
            />
          </Span>
        </FieldGrid>
        <Row end>
          <Button variant="default" onClick={props.onCancel}>
            <Trans>Cancel</Trans>
          </Button>
          <Button type="submit" disabled={draft.substance.trim() === ""} loading={saving} data-testid="allergy-save">
            <Trans>Add the allergy</Trans>
          </Button>
        </Row>
      </Stack>
    </form>
  );
}
