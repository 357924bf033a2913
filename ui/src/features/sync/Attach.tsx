import { Trans, useLingui } from "@lingui/react/macro";
import { Button, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useNavigate } from "react-router";
import { useAct } from "../../bridge";
import { FieldGrid, Span } from "../../kit/Form";
import { Panel, Row, Stack } from "../../kit/Layout";
import { ErrorNotice } from "../../kit/Notes";
import { say } from "../../kit/undo";
import { type AttachField, attachProblems, EMPTY, fieldOfError } from "./attachForm";

/** Gives a clinic that worked alone its server. */
export function Attach() {
  const { t } = useLingui();
  const answers = useQueryClient();
  const [form, setForm] = useState(EMPTY);
  const [tried, setTried] = useState(false);
  const attach = useAct("clinic_attach");
  const navigate = useNavigate();
  const problems = attachProblems(form);
  const refused = fieldOfError(attach.error);
  const words: Record<AttachField, string> = {
    server: t`Enter a host name or address, with the port if it is not 8443: sync.clinic.example:8443`,
    pin: t`The pin has 64 characters, 0 to 9 and a to f, with or without spaces`,
    token: t`Enter the founding token that the server printed`,
    device_name: t`Give this computer a name that colleagues know it by`,
  };
  const tokenRefused = t`The server does not take this token. It works once and for 30 days; have a new one printed.`;
  const error = (field: AttachField) =>
    refused === field && field === "token" && attach.error?.code === "server_refused"
      ? tokenRefused
      : refused === field || (tried && problems.includes(field))
        ? words[field]
        : null;
  const set = (field: AttachField) => ({
    value: form[field],
    onChange: (event: { currentTarget: HTMLInputElement }) => {
      setForm({ ...form, [field]: event.currentTarget.value });
      if (refused === field) attach.reset();
    },
    error: error(field),
    autoComplete: "off",
    spellCheck: false,
    required: true,
    "data-testid": `attach-${field.replace("_", "-")}`,
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setTried(true);
    if (attach.isPending) return;
    const element = event.currentTarget;
    const toFault = () =>
      requestAnimationFrame(() => element.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
    if (problems.length > 0) {
      toFault();
      return;
    }
    const trimmed = { server: form.server.trim(), pin: form.pin.trim(), token: form.token.trim() };
    attach.mutate(
      { ...trimmed, device_name: form.device_name.trim() },
      {
        onSuccess: (status) => {
          setForm(EMPTY);
          answers.setQueryData(["sync_status", {}], status);
          say(t`The server is attached`);
          // From here on every computer can be lost and the records brought back, but only with the key on paper.
          void navigate("/keys", { state: { recovery: "new" } });
        },
        onError: toFault,
      },
    );
  };
  return (
    <Panel title={<Trans>Attach a server</Trans>}>
      <form onSubmit={submit} aria-label={t`Attach a server`} noValidate>
        <Stack>
          <FieldGrid>
            <Span of={6}>
              <TextInput
                label={t`Address of the server`}
                description={t`such as sync.clinic.example:8443`}
                maxLength={255}
                {...set("server")}
              />
            </Span>
            <Span of={6}>
              <TextInput
                label={t`Name of this computer`}
                description={t`as colleagues know it: Reception left`}
                maxLength={200}
                {...set("device_name")}
              />
            </Span>
            <Span of={12}>
              <TextInput
                label={t`Pin of the server`}
                description={t`the line that the server printed when it was set up; this computer talks to no other server`}
                maxLength={200}
                {...set("pin")}
              />
            </Span>
            <Span of={12}>
              <TextInput
                label={t`Founding token`}
                description={t`works once: get it from whoever set the server up`}
                maxLength={64}
                {...set("token")}
              />
            </Span>
          </FieldGrid>
          {attach.error && refused === null ? <ErrorNotice error={attach.error} testId="attach-error" /> : null}
          <Row end>
            <Button type="submit" loading={attach.isPending} data-testid="attach-submit">
              <Trans>Attach</Trans>
            </Button>
          </Row>
        </Stack>
      </form>
    </Panel>
  );
}
