import { Trans, useLingui } from "@lingui/react/macro";
import { TextInput } from "@mantine/core";
import type { HumanName } from "../../bridge";
import { AddButton, CodeSelect, FieldGrid, ListItem, Span } from "../../kit/Form";
import { Panel } from "../../kit/Layout";
import { NAME_USE } from "../../kit/words/person";
import { emptyName } from "./draft";
import type { Form } from "./useForm";

const LIMIT = 256;

/** The name that is shown everywhere. One part is enough. */
export function FirstName(props: { form: Form; error: string | null; autoFocus: boolean }) {
  const { t } = useLingui();
  const { form } = props;
  const name = form.state.draft.names[0];
  if (!name) return null;
  const change = (part: Partial<HumanName>) => form.change("names", 0, part);
  return (
    <FieldGrid>
      <Span of={4}>
        <TextInput
          label={t`Family name`}
          description={t`A single name goes here or there.`}
          inputWrapperOrder={["label", "input", "description", "error"]}
          value={name.family}
          onChange={(event) => change({ family: event.currentTarget.value })}
          maxLength={LIMIT}
          autoComplete="off"
          spellCheck={false}
          dir="auto"
          error={props.error}
          autoFocus={props.autoFocus}
          data-testid="field-family"
        />
      </Span>
      <Span of={4}>
        <TextInput
          label={t`Given names`}
          value={name.given}
          onChange={(event) => change({ given: event.currentTarget.value })}
          maxLength={LIMIT}
          autoComplete="off"
          spellCheck={false}
          dir="auto"
          data-testid="field-given"
        />
      </Span>
      <Span of={2}>
        <TextInput
          label={t`Title`}
          value={name.prefix}
          onChange={(event) => change({ prefix: event.currentTarget.value })}
          maxLength={LIMIT}
          autoComplete="off"
          dir="auto"
        />
      </Span>
      <Span of={2}>
        <TextInput
          label={t`Suffix`}
          value={name.suffix}
          onChange={(event) => change({ suffix: event.currentTarget.value })}
          maxLength={LIMIT}
          autoComplete="off"
          dir="auto"
        />
      </Span>
      {name.text !== "" && name.family === "" && name.given === "" ? (
        <Span of={12}>
          <TextInput
            label={t`Name in one piece`}
            value={name.text}
            onChange={(event) => change({ text: event.currentTarget.value })}
            maxLength={LIMIT}
            dir="auto"
          />
        </Span>
      ) : null}
    </FieldGrid>
  );
}

export function OtherNames(props: { form: Form }) {
  const { t } = useLingui();
  const { form } = props;
  return (
    <Panel title={<Trans>Other names</Trans>}>
      {form.state.draft.names.map((name, index) =>
        index === 0 ? null : (
          <ListItem
            // biome-ignore lint/suspicious/noArrayIndexKey: new rows have no other identity and are never reordered
            key={index}
            removeLabel={t`Remove this name`}
            onRemove={() => form.remove("names", index)}
          >
            <Span of={4}>
              <CodeSelect
                label={t`Kind`}
                value={name.use_}
                words={NAME_USE}
                none={t`Not told`}
                onChange={(use_) => form.change("names", index, { use_ })}
              />
            </Span>
            <Span of={4}>
              <TextInput
                label={t`Family name`}
                value={name.family}
                onChange={(event) => form.change("names", index, { family: event.currentTarget.value })}
                maxLength={LIMIT}
                autoComplete="off"
                dir="auto"
              />
            </Span>
            <Span of={4}>
              <TextInput
                label={t`Given names`}
                value={name.given}
                onChange={(event) => form.change("names", index, { given: event.currentTarget.value })}
                maxLength={LIMIT}
                autoComplete="off"
                dir="auto"
              />
            </Span>
          </ListItem>
        ),
      )}
      <AddButton onClick={() => form.add("names", emptyName("usual"))} testId="add-name">
        <Trans>Add a name</Trans>
      </AddButton>
    </Panel>
  );
}
