import { Trans, useLingui } from "@lingui/react/macro";
import { Button, TextInput } from "@mantine/core";
import { type FormEvent, type ReactNode, useState } from "react";
import { type Session, useAct } from "../../bridge";
import { Door, door } from "../../kit/Door";
import { NewPassword, type NewPasswordState, usePasswordProblem } from "../../kit/NewPassword";
import { ErrorNotice, Notice } from "../../kit/Notes";

const NAME_LIMIT = 200;

/** First run: founds a clinic of one person on this computer. */
export function Wizard(props: { choice: ReactNode; onOpen: (session: Session) => void }) {
  const { t } = useLingui();
  const [clinic, setClinic] = useState("");
  const [name, setName] = useState("");
  const [secret, setSecret] = useState<NewPasswordState>({ password: "", again: "" });
  const problem = usePasswordProblem(secret.password, name);
  const create = useAct("vault_create");
  const ready = clinic.trim() !== "" && name.trim() !== "" && problem === null && secret.password === secret.again;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!ready || create.isPending) return;
    create.mutate(
      { clinic_name: clinic.trim(), user_name: name.trim(), password: secret.password },
      {
        onSuccess: (session) => {
          setSecret({ password: "", again: "" });
          props.onOpen(session);
        },
      },
    );
  };

  return (
    <Door wide step={<Trans>First start</Trans>}>
      <h1>
        <Trans>Set up Wardkeep on this computer</Trans>
      </h1>
      <p className={door.lead}>
        <Trans>The records stay on this computer, encrypted. You will be its first administrator and clinician.</Trans>
      </p>
      {props.choice}
      <form className={door.form} onSubmit={submit}>
        <TextInput
          label={t`Name of the clinic`}
          value={clinic}
          onChange={(event) => setClinic(event.currentTarget.value)}
          maxLength={NAME_LIMIT}
          autoComplete="off"
          data-autofocus
          autoFocus
          required
          data-testid="wizard-clinic"
        />
        <TextInput
          label={t`Your name`}
          description={t`As colleagues know you: it is shown on the unlock screen of this computer.`}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          maxLength={NAME_LIMIT}
          autoComplete="off"
          required
          data-testid="wizard-name"
        />
        <NewPassword
          value={secret}
          onChange={setSecret}
          problem={problem}
          testIds={{ password: "wizard-password", again: "wizard-password-again" }}
        />
        <Notice tone="warn" title={<Trans>If you forget this password, nobody can open the vault with it again</Trans>}>
          <Trans>
            There is no way around it: not for you, not for whoever made Wardkeep. Another person of this computer keeps
            access with their own password, so add a second administrator soon.
          </Trans>
        </Notice>
        {create.error ? <ErrorNotice error={create.error} testId="wizard-error" /> : null}
        <div className={door.buttons}>
          <span />
          <Button type="submit" disabled={!ready} loading={create.isPending} data-testid="wizard-create">
            <Trans>Create the vault</Trans>
          </Button>
        </div>
      </form>
    </Door>
  );
}
