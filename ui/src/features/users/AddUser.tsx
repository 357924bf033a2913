import { Trans, useLingui } from "@lingui/react/macro";
import { Button, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { type Role, useAct } from "../../bridge";
import { Panel, Row, Stack } from "../../kit/Layout";
import { NewPassword, type NewPasswordState, usePasswordProblem } from "../../kit/NewPassword";
import { ErrorNotice } from "../../kit/Notes";
import { RolePicker } from "../../kit/RolePicker";
import { useRights } from "../../kit/session";

/** A new person types their own password here. */
export function AddUser(props: { onAdded: () => void; onCancel: () => void }) {
  const { t } = useLingui();
  const rights = useRights();
  const [name, setName] = useState("");
  const [roles, setRoles] = useState<Role[]>(["front_desk"]);
  const [secret, setSecret] = useState<NewPasswordState>({ password: "", again: "" });
  const problem = usePasswordProblem(secret.password, name);
  const add = useAct("user_add");
  const ready = name.trim() !== "" && roles.length > 0 && problem === null && secret.password === secret.again;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!ready || add.isPending) return;
    add.mutate(
      { name: name.trim(), roles, password: secret.password },
      {
        onSuccess: () => {
          setSecret({ password: "", again: "" });
          props.onAdded();
        },
      },
    );
  };
  return (
    <Panel title={<Trans>Add a person</Trans>}>
      <form onSubmit={submit} aria-label={t`Add a person`}>
        <Stack>
          <TextInput
            label={t`Name`}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            maxLength={200}
            autoFocus
            required
            autoComplete="off"
            data-testid="user-name"
          />
          <RolePicker
            value={roles}
            onChange={setRoles}
            refused={(role) =>
              role === "clinician" && !rights.chart ? t`Only a clinician can hand on the key to the chart.` : null
            }
            testIdPrefix="user-role"
          />
          <NewPassword
            value={secret}
            onChange={setSecret}
            problem={problem}
            testIds={{ password: "user-password", again: "user-password-again" }}
          />
          {add.error ? <ErrorNotice error={add.error} /> : null}
          <Row end>
            <Button variant="default" onClick={props.onCancel}>
              <Trans>Cancel</Trans>
            </Button>
            <Button type="submit" disabled={!ready} loading={add.isPending} data-testid="user-save">
              <Trans>Add</Trans>
            </Button>
          </Row>
        </Stack>
      </form>
    </Panel>
  );
}
