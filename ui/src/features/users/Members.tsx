import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { useState } from "react";
import { type Member, useAsk } from "../../bridge";
import { Panel, Row, Table, Unknown } from "../../kit/Layout";
import { Chip, ErrorNotice, Loading } from "../../kit/Notes";
import { ROLE_WORDS } from "../../kit/words/roles";
import { ChangeRoles, RevokeMember } from "./MemberActs";

/** The people of the whole clinic, with what they may do and where. Nothing where this computer works alone. */
export function Members() {
  const { t } = useLingui();
  const members = useAsk("member_list", {}, { staleTime: 0, refetchInterval: 15_000 });
  if (members.error) return <ErrorNotice error={members.error} onRetry={() => void members.refetch()} />;
  if (!members.data) return <Loading lines={2} />;
  if (members.data.length === 0) return null;
  return (
    <Panel flush title={<Trans>In the clinic</Trans>} count={members.data.filter((one) => !one.revoked).length}>
      <Table
        label={t`People of the clinic`}
        head={
          <>
            <th scope="col">
              <Trans>Name</Trans>
            </th>
            <th scope="col">
              <Trans>Roles</Trans>
            </th>
            <th scope="col">
              <Trans>Computers</Trans>
            </th>
            <th scope="col">
              <span className="visually-hidden">
                <Trans>Actions</Trans>
              </span>
            </th>
          </>
        }
      >
        {members.data.map((member) => (
          <MemberLine key={member.id} member={member} />
        ))}
      </Table>
    </Panel>
  );
}

function MemberLine(props: { member: Member }) {
  const { t } = useLingui();
  const { member } = props;
  const [asking, setAsking] = useState<"roles" | "revoke" | null>(null);
  const close = () => setAsking(null);
  const devices = member.devices.filter((device) => device.active);
  return (
    <tr data-testid="member-row" data-revoked={member.revoked}>
      <td>
        <Row>
          <bdi>{member.name}</bdi>
          {member.this ? (
            <Chip tone="info">
              <Trans>you</Trans>
            </Chip>
          ) : null}
        </Row>
      </td>
      <td>
        <Row>
          {member.revoked ? (
            <Chip tone="plain">
              <Trans>revoked</Trans>
            </Chip>
          ) : (
            member.roles.map((role) => (
              <Chip key={role} tone="plain">
                {t(ROLE_WORDS[role])}
              </Chip>
            ))
          )}
        </Row>
      </td>
      <td>
        {devices.length === 0 ? (
          <Unknown>
            <Trans>none</Trans>
          </Unknown>
        ) : (
          <bdi>{devices.map((device) => device.name).join(", ")}</bdi>
        )}
      </td>
      <td>
        {member.revoked ? null : (
          <Row end>
            <Button
              variant="subtle"
              size="xs"
              onClick={() => setAsking("roles")}
              aria-label={t`Change the roles of ${member.name}`}
              data-testid="member-roles"
            >
              <Trans>Roles…</Trans>
            </Button>
            {member.this ? null : (
              <Button
                variant="subtle"
                size="xs"
                onClick={() => setAsking("revoke")}
                aria-label={t`Revoke ${member.name}`}
                data-testid="member-revoke"
              >
                <Trans>Revoke…</Trans>
              </Button>
            )}
            <ChangeRoles key={`roles-${asking}`} member={member} opened={asking === "roles"} onClose={close} />
            <RevokeMember key={`revoke-${asking}`} member={member} opened={asking === "revoke"} onClose={close} />
          </Row>
        )}
      </td>
    </tr>
  );
}
