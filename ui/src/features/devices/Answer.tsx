import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Checkbox, NativeSelect } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type JoinRequest, type Role, useAct, useAsk } from "../../bridge";
import { Dialog } from "../../kit/Dialog";
import { Row, Stack } from "../../kit/Layout";
import { ErrorNotice } from "../../kit/Notes";
import { RolePicker } from "../../kit/RolePicker";
import { say } from "../../kit/undo";
import { Words } from "../../kit/Words";

interface Props {
  request: JoinRequest;
  opened: boolean;
  onClose: () => void;
}

/** Lets a device in, after a person has compared the words. */
export function ApproveDialog(props: Props) {
  const { t } = useLingui();
  const { request } = props;
  const { user_name, device_name } = request;
  const [roles, setRoles] = useState<Role[]>(["front_desk"]);
  const [person, setPerson] = useState<string | null>(request.person);
  const [compared, setCompared] = useState(false);
  const members = useAsk("member_list", {}, { staleTime: 0 });
  const people = (members.data ?? []).filter((one) => !one.revoked);
  const approve = useAct("join_approve");
  const again = useAgain();
  const close = () => {
    setCompared(false);
    approve.reset();
    props.onClose();
  };
  const submit = () =>
    approve.mutate(
      { id: request.id, roles: person === null ? roles : [], user: person },
      {
        onSuccess: () => {
          say(t`${device_name} is in the clinic`);
          again();
          close();
        },
      },
    );
  return (
    <Dialog opened={props.opened} onClose={close} title={t`Compare the words, then approve`} size={560}>
      <Stack>
        <span>
          <Trans>
            The computer <bdi>{device_name}</bdi> of <bdi>{user_name}</bdi> must show the same six words in the same
            order. If one differs, somebody else may be asking: refuse.
          </Trans>
        </span>
        <Words words={request.words} label={t`Words to compare with the new computer`} />
        <Checkbox
          checked={compared}
          onChange={(event) => setCompared(event.currentTarget.checked)}
          label={t`I have compared the words: all six are the same on both screens`}
          data-testid="join-compared"
        />
        <NativeSelect
          label={t`Who is it?`}
          description={t`Somebody whom the clinic knows keeps their name and roles on the new computer.`}
          inputWrapperOrder={["label", "input", "description", "error"]}
          value={person ?? ""}
          onChange={(event) => setPerson(event.currentTarget.value || null)}
          data={[
            { value: "", label: t`A new person: ${user_name}` },
            ...people.map((one) => ({ value: one.id, label: one.name })),
          ]}
          data-testid="join-person"
        />
        {members.error ? <ErrorNotice error={members.error} /> : null}
        {person === null ? <RolePicker value={roles} onChange={setRoles} testIdPrefix="join-role" /> : null}
        {approve.error ? <ErrorNotice error={approve.error} /> : null}
        <Row end>
          <Button variant="default" onClick={close}>
            <Trans>Cancel</Trans>
          </Button>
          <Button
            disabled={!compared || (person === null && roles.length === 0)}
            loading={approve.isPending}
            onClick={submit}
            data-testid="join-approve-confirm"
          >
            <Trans>Approve</Trans>
          </Button>
        </Row>
      </Stack>
    </Dialog>
  );
}

/** Says no to a device. */
export function RefuseDialog(props: Props) {
  const { t } = useLingui();
  const { request } = props;
  const { user_name, device_name } = request;
  const refuse = useAct("join_refuse");
  const again = useAgain();
  const close = () => {
    refuse.reset();
    props.onClose();
  };
  const submit = () =>
    refuse.mutate(
      { id: request.id },
      {
        onSuccess: () => {
          say(t`${device_name} was refused`);
          again();
          close();
        },
      },
    );
  return (
    <Dialog opened={props.opened} onClose={close} title={t`Refuse ${device_name}?`}>
      <Stack>
        <span>
          <Trans>
            Did you compare the words? <bdi>{user_name}</bdi> is told that the request was refused, and needs a new
            invitation to ask again. The computer gets no record and no key.
          </Trans>
        </span>
        <Words words={request.words} label={t`Words to compare with the new computer`} />
        {refuse.error ? <ErrorNotice error={refuse.error} /> : null}
        <Row end>
          <Button variant="default" onClick={close} data-autofocus>
            <Trans>Cancel</Trans>
          </Button>
          <Button loading={refuse.isPending} onClick={submit} data-testid="join-refuse-confirm">
            <Trans>Refuse</Trans>
          </Button>
        </Row>
      </Stack>
    </Dialog>
  );
}

/** Both lists have changed. */
function useAgain(): () => void {
  const answers = useQueryClient();
  return () => {
    void answers.invalidateQueries({ queryKey: ["join_requests"] });
    void answers.invalidateQueries({ queryKey: ["device_list"] });
    void answers.invalidateQueries({ queryKey: ["member_list"] });
  };
}
