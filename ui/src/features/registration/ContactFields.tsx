import { Trans, useLingui } from "@lingui/react/macro";
import { Textarea, TextInput } from "@mantine/core";
import { AddButton, CodeSelect, ListItem, Span } from "../../kit/Form";
import { Panel, Row } from "../../kit/Layout";
import { ADDRESS_USE, CONTACT_SYSTEM, CONTACT_USE } from "../../kit/words/person";
import { emptyAddress, emptyContact } from "./draft";
import type { Form } from "./useForm";

const LIMIT = 256;

export function ContactFields(props: { form: Form }) {
  const { t } = useLingui();
  const { form } = props;
  return (
    <Panel title={<Trans>Phone and e-mail</Trans>}>
      {form.state.draft.telecom.map((point, index) => (
        <ListItem
          // biome-ignore lint/suspicious/noArrayIndexKey: new rows have no other identity and are never reordered
          key={index}
          removeLabel={t`Remove this contact`}
          onRemove={() => form.remove("telecom", index)}
        >
          <Span of={3}>
            <CodeSelect
              label={t`Kind`}
              value={point.system}
              words={CONTACT_SYSTEM}
              onChange={(system) => form.change("telecom", index, { system: system ?? "phone" })}
            />
          </Span>
          <Span of={3}>
            <CodeSelect
              label={t`Where`}
              value={point.use_}
              words={CONTACT_USE}
              none={t`Not told`}
              onChange={(use_) => form.change("telecom", index, { use_ })}
            />
          </Span>
          <Span of={6}>
            <TextInput
              label={point.system === "email" ? t`Address` : t`Number`}
              type={point.system === "email" ? "email" : "text"}
              inputMode={point.system === "email" ? "email" : "tel"}
              value={point.value}
              onChange={(event) => form.change("telecom", index, { value: event.currentTarget.value })}
              maxLength={LIMIT}
              autoComplete="off"
              data-testid={index === 0 ? "field-phone" : undefined}
            />
          </Span>
        </ListItem>
      ))}
      <Row>
        <AddButton onClick={() => form.add("telecom", emptyContact("phone", "home"))} testId="add-phone">
          <Trans>Add a phone</Trans>
        </AddButton>
        <AddButton onClick={() => form.add("telecom", emptyContact("email", "home"))}>
          <Trans>Add an e-mail</Trans>
        </AddButton>
      </Row>
    </Panel>
  );
}

export function AddressFields(props: { form: Form }) {
  const { t } = useLingui();
  const { form } = props;
  return (
    <Panel title={<Trans>Addresses</Trans>}>
      {form.state.draft.addresses.map((address, index) => {
        const text = (key: "city" | "district" | "state" | "postal_code" | "country" | "text", label: string) => (
          <TextInput
            label={label}
            value={address[key]}
            onChange={(event) => form.change("addresses", index, { [key]: event.currentTarget.value })}
            maxLength={LIMIT}
            autoComplete="off"
            dir="auto"
          />
        );
        const onlyText = address.text !== "" && address.line === "" && address.city === "";
        return (
          <ListItem
            // biome-ignore lint/suspicious/noArrayIndexKey: new rows have no other identity and are never reordered
            key={index}
            removeLabel={t`Remove this address`}
            onRemove={() => form.remove("addresses", index)}
          >
            <Span of={3}>
              <CodeSelect
                label={t`Kind`}
                value={address.use_}
                words={ADDRESS_USE}
                none={t`Not told`}
                onChange={(use_) => form.change("addresses", index, { use_ })}
              />
            </Span>
            <Span of={9}>
              <Textarea
                label={t`Street and number`}
                value={address.line}
                onChange={(event) => form.change("addresses", index, { line: event.currentTarget.value })}
                rows={Math.max(1, address.line.split("\n").length)}
                maxLength={LIMIT}
                autoComplete="off"
                dir="auto"
              />
            </Span>
            <Span of={3}>{text("postal_code", t`Postal code`)}</Span>
            <Span of={5}>{text("city", t`City`)}</Span>
            <Span of={4}>{text("district", t`District`)}</Span>
            <Span of={8}>{text("state", t`State or region`)}</Span>
            <Span of={4}>{text("country", t`Country`)}</Span>
            {onlyText ? <Span of={12}>{text("text", t`Address in one piece`)}</Span> : null}
          </ListItem>
        );
      })}
      <AddButton onClick={() => form.add("addresses", emptyAddress())}>
        <Trans>Add an address</Trans>
      </AddButton>
    </Panel>
  );
}
