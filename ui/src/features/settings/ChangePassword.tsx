import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useAct } from "../../bridge";
import { Panel, Row, Stack } from "../../kit/Layout";
import { NewPassword, type NewPasswordState, usePasswordProblem } from "../../kit/NewPassword";
import { ErrorNotice } from "../../kit/Notes";
import { PasswordField } from "../../kit/PasswordField";
import { useSession } from "../../kit/session";
import { say } from "../../kit/undo";

const EMPTY: NewPasswordState = { password: "", again: "" };

/** The own password. Only the key slot is written again, never the records. */
export function ChangePassword() {
  const { t } = useLingui();
  const { user } = useSession();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState(EMPTY);
  const problem = usePasswordProblem(next.password, user.name);
  const change = useAct("password_change");
  const ready = current !== "" && problem === null && next.password === next.again;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!ready || change.isPending) return;
    change.mutate(
      { current, new: next.password },
      {
        onSuccess: () => {
          setNext(EMPTY);
          say(t`The password was changed`);
        },
        onSettled: () => setCurrent(""),
      },
    );
  };
  return (
    <Panel title={<Trans>Your password</Trans>}>
      <form onSubmit={submit} aria-label={t`Your password`}>
        <Stack>
          <PasswordField
            label={t`Password until now`}
            value={current}
            onChange={setCurrent}
            autoComplete="current-password"
            testId="password-current"
          />
          <NewPassword
            value={next}
            onChange={setNext}
            problem={problem}
            testIds={{ password: "password-new", again: "password-new-again" }}
          />
          {change.error ? <ErrorNotice error={change.error} /> : null}
          <Row end>
            <Button type="submit" disabled={!ready} loading={change.isPending} data-testid="password-change">
              <Trans>Change the password</Trans>
            </Button>
          </Row>
        </Stack>
      </form>
    </Panel>
  );
}
