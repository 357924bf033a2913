import { Trans, useLingui } from "@lingui/react/macro";
import { Button, NativeSelect } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Member, type Role, useAct } from "../../bridge";
import { Dialog } from "../../kit/Dialog";
import { Row, Stack } from "../../kit/Layout";
import { ErrorNotice } from "../../kit/Notes";
import { RolePicker } from "../../kit/RolePicker";
import css from "../../kit/sync.module.css";
import { say } from "../../kit/undo";

interface Props {
  member: Member;
  opened: boolean;
  onClose: () => void;
}

/** Other roles for a person, on all their computers. */
export function ChangeRoles(props: Props) {
  const { t } = useLingui();
  const { member } = props;
  const [roles, setRoles] = useState<Role[]>(member.roles);
  const change = useAct("user_roles");
  const keep = useKeep();
  const submit = () =>
    change.mutate(
      { user: member.id, roles },
      {
        onSuccess: (rows) => {
          keep(rows);
          say(t`The roles of ${member.name} are changed`);
          props.onClose();
        },
      },
    );
  return (
    <Dialog opened={props.opened} onClose={props.onClose} title={t`Roles of ${member.name}`} size={520}>
      <Stack>
        <RolePicker value={roles} onChange={setRoles} testIdPrefix="member-role" />
        <span>
          <Trans>
            They hold on every computer of this person, who is asked to unlock again. What a role that is taken away
            could open gets a new key at once.
          </Trans>
        </span>
        {change.error ? <ErrorNotice error={change.error} /> : null}
        <Row end>
          <Button variant="default" onClick={props.onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button
            disabled={roles.length === 0}
            loading={change.isPending}
            onClick={submit}
            data-testid="member-roles-confirm"
          >
            <Trans>Change the roles</Trans>
          </Button>
        </Row>
      </Stack>
    </Dialog>
  );
}

/** Takes a person off one computer, or out of the clinic. */
export function RevokeMember(props: Props) {
  const { t } = useLingui();
  const { member } = props;
  const devices = member.devices.filter((device) => device.active);
  const [where, setWhere] = useState("");
  const revoke = useAct("user_revoke");
  const keep = useKeep();
  const submit = () =>
    revoke.mutate(
      { user: member.id, device: where || null },
      {
        onSuccess: (rows) => {
          keep(rows);
          say(t`${member.name} is revoked`);
          props.onClose();
        },
      },
    );
  return (
    <Dialog opened={props.opened} onClose={props.onClose} title={t`Revoke ${member.name}?`} size={520}>
      <Stack>
        <NativeSelect
          label={t`Where`}
          value={where}
          onChange={(event) => setWhere(event.currentTarget.value)}
          data={[
            { value: "", label: t`Everywhere: this person leaves the clinic` },
            ...devices.map((device) => ({ value: device.id, label: t`Only on ${device.name}` })),
          ]}
          data-testid="member-revoke-where"
        />
        <ul className={css.steps}>
          <li>
            <Trans>What they could read gets a new key at once, which they are not given.</Trans>
          </li>
          <li>
            <Trans>What they wrote stays. Other people of the same computers go on working.</Trans>
          </li>
          <li>
            <Trans>It cannot be taken back.</Trans>
          </li>
        </ul>
        {revoke.error ? <ErrorNotice error={revoke.error} /> : null}
        <Row end>
          <Button variant="default" onClick={props.onClose} data-autofocus>
            <Trans>Cancel</Trans>
          </Button>
          <Button loading={revoke.isPending} onClick={submit} data-testid="member-revoke-confirm">
            <Trans>Revoke {member.name}</Trans>
          </Button>
        </Row>
      </Stack>
    </Dialog>
  );
}

/** The list as it is now, and the devices anew. */
function useKeep(): (rows: Member[]) => void {
  const answers = useQueryClient();
  return (rows) => {
    answers.setQueryData(["member_list", {}], rows);
    void answers.invalidateQueries({ queryKey: ["device_list"] });
    void answers.invalidateQueries({ queryKey: ["user_list"] });
  };
}
