import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, type ReactNode, useState } from "react";
import { type CommandError, call, type Session, toCommandError } from "../../bridge";
import { Door, door } from "../../kit/Door";
import { FieldGrid, Span } from "../../kit/Form";
import { NewPassword, type NewPasswordState, usePasswordProblem } from "../../kit/NewPassword";
import { ErrorNotice } from "../../kit/Notes";
import { looksWhole } from "./code";

const NAME_LIMIT = 200;
const CODE_LIMIT = 4000;

/** Asks a clinic to take this computer in. */
export function JoinForm(props: { choice: ReactNode; onOpen: (session: Session) => void }) {
  const { t } = useLingui();
  const [code, setCode] = useState("");
  const [device, setDevice] = useState("");
  const [name, setName] = useState("");
  const [secret, setSecret] = useState<NewPasswordState>({ password: "", again: "" });
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<CommandError | null>(null);
  const problem = usePasswordProblem(secret.password, name);
  const named = device.trim() !== "" && name.trim() !== "";
  const ready = looksWhole(code) && named && problem === null && secret.password === secret.again;
  const wrongCode = error?.code === "invitation_invalid" || (code.trim() !== "" && !looksWhole(code));

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!ready || busy) return;
    setBusy(true);
    setError(null);
    try {
      const input = { code: code.trim(), device_name: device.trim(), user_name: name.trim() };
      await call("clinic_join", { ...input, password: secret.password });
      const session = await call("session", {});
      setSecret({ password: "", again: "" });
      setCode("");
      props.onOpen(session);
    } catch (thrown) {
      setError(toCommandError(thrown));
      setBusy(false);
    }
  };

  return (
    <Door wide step={<Trans>First start</Trans>}>
      <h1>
        <Trans>Set up Wardkeep on this computer</Trans>
      </h1>
      <p className={door.lead}>
        <Trans>
          An administrator of the clinic compares six words with you before anything comes to this computer.
        </Trans>
      </p>
      {props.choice}
      <form className={door.form} onSubmit={(event) => void submit(event)}>
        <Textarea
          label={t`Invitation code`}
          description={t`It begins with “wardkeep1”. Line breaks and spaces do not matter.`}
          value={code}
          onChange={(event) => {
            setCode(event.currentTarget.value);
            if (error?.code === "invitation_invalid") setError(null);
          }}
          error={wrongCode ? t`This is not a whole invitation code. Copy all of it again.` : null}
          maxLength={CODE_LIMIT}
          rows={3}
          autoComplete="off"
          spellCheck={false}
          autoFocus
          required
          styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
          data-testid="join-code"
        />
        <FieldGrid>
          <Span of={6}>
            <TextInput
              label={t`Name of this computer`}
              description={t`such as “Reception left”`}
              value={device}
              onChange={(event) => setDevice(event.currentTarget.value)}
              maxLength={NAME_LIMIT}
              autoComplete="off"
              required
              data-testid="join-device"
            />
          </Span>
          <Span of={6}>
            <TextInput
              label={t`Your name`}
              description={t`as colleagues know you`}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
              maxLength={NAME_LIMIT}
              autoComplete="off"
              required
              data-testid="join-name"
            />
          </Span>
        </FieldGrid>
        <NewPassword
          value={secret}
          onChange={setSecret}
          problem={problem}
          testIds={{ password: "join-password", again: "join-password-again" }}
        />
        {error && error.code !== "invitation_invalid" ? <ErrorNotice error={error} testId="join-error" /> : null}
        <div className={door.buttons}>
          <span aria-live="polite">{busy ? <Trans>Asking the clinic’s server…</Trans> : null}</span>
          <Button type="submit" disabled={!ready} loading={busy} data-testid="join-submit">
            <Trans>Ask to join</Trans>
          </Button>
        </div>
      </form>
    </Door>
  );
}
