import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { UserPlus } from "lucide-react";
import { useState } from "react";
import { type CommandError, call, toCommandError, type UserRow, useAsk } from "../../bridge";
import { Page, Panel, Row, Stack, Table } from "../../kit/Layout";
import { Chip, ErrorNotice, Loading, Notice } from "../../kit/Notes";
import { useRights, useSession } from "../../kit/session";
import { ROLE_WORDS } from "../../kit/words/roles";
import { AddUser } from "./AddUser";
import { Members } from "./Members";
import { RemoveUser } from "./RemoveUser";

/** The people who can unlock this computer's vault. */
export function UsersPage() {
  const { t } = useLingui();
  const rights = useRights();
  const me = useSession().user;
  const answers = useQueryClient();
  const users = useAsk("user_list", {});
  const [adding, setAdding] = useState(false);
  const [error, setError] = useState<CommandError | null>(null);
  const again = () => void answers.invalidateQueries({ queryKey: ["user_list"] });
  const remove = (user: UserRow) =>
    call("user_remove", { user: user.id }).then(
      () => {
        setError(null);
        again();
      },
      (thrown: unknown) => setError(toCommandError(thrown)),
    );

  if (!rights.admin) {
    return (
      <Page title={<Trans>People</Trans>} narrow>
        <Notice tone="plain" title={<Trans>Hidden: needs the administrator role</Trans>} />
      </Page>
    );
  }
  return (
    <Page
      title={<Trans>People</Trans>}
      narrow
      lead={
        <Trans>
          Each person has a password and a key of their own. Someone without the clinician role gets no key to the
          chart.
        </Trans>
      }
      actions={
        <Button
          leftSection={<UserPlus size={16} aria-hidden />}
          onClick={() => setAdding(true)}
          disabled={adding}
          data-testid="user-add"
        >
          <Trans>Add a person</Trans>
        </Button>
      }
    >
      <Stack>
        {adding ? (
          <AddUser
            onAdded={() => {
              setAdding(false);
              again();
            }}
            onCancel={() => setAdding(false)}
          />
        ) : null}
        {error ? <ErrorNotice error={error} /> : null}
        {users.error ? <ErrorNotice error={users.error} onRetry={() => void users.refetch()} /> : null}
        {users.isPending ? <Loading /> : null}
        {users.data ? (
          <Panel flush title={<Trans>On this computer</Trans>} count={users.data.length}>
            <Table
              label={t`People`}
              head={
                <>
                  <th scope="col">
                    <Trans>Name</Trans>
                  </th>
                  <th scope="col">
                    <Trans>Roles</Trans>
                  </th>
                  <th scope="col">
                    <span className="visually-hidden">
                      <Trans>Actions</Trans>
                    </span>
                  </th>
                </>
              }
            >
              {users.data.map((user) => (
                <tr key={user.id}>
                  <td>
                    <bdi>{user.name}</bdi>{" "}
                    {user.id === me.id ? (
                      <Chip tone="info">
                        <Trans>you</Trans>
                      </Chip>
                    ) : null}
                  </td>
                  <td>
                    <Row>
                      {(user.roles ?? []).map((role) => (
                        <Chip key={role} tone="plain">
                          {t(ROLE_WORDS[role])}
                        </Chip>
                      ))}
                    </Row>
                  </td>
                  <td>
                    <Row end>{user.id === me.id ? null : <RemoveUser user={user} onRemove={remove} />}</Row>
                  </td>
                </tr>
              ))}
            </Table>
          </Panel>
        ) : null}
        <Members />
      </Stack>
    </Page>
  );
}
