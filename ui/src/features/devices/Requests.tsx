import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { useState } from "react";
import { type JoinRequest, useAsk } from "../../bridge";
import { showMoment } from "../../kit/dates";
import { Panel, Row, Stack } from "../../kit/Layout";
import { Empty, ErrorNotice, Loading } from "../../kit/Notes";
import css from "../../kit/sync.module.css";
import { Words } from "../../kit/Words";
import { ApproveDialog, RefuseDialog } from "./Answer";

/** Who asks to join. */
export function Requests() {
  const requests = useAsk("join_requests", {}, { staleTime: 0, refetchInterval: 4_000 });
  const count = requests.data?.length ?? 0;
  return (
    <Panel title={<Trans>Asking to join</Trans>} count={count > 0 ? count : null}>
      {requests.error ? (
        <ErrorNotice error={requests.error} onRetry={() => void requests.refetch()} />
      ) : !requests.data ? (
        <Loading lines={1} />
      ) : count === 0 ? (
        <Empty>
          <Trans>
            Nobody asks. Requests for an invitation that was made on this computer appear here by themselves.
          </Trans>
        </Empty>
      ) : (
        <Stack>
          {requests.data.map((request) => (
            <Request key={request.id} request={request} />
          ))}
        </Stack>
      )}
    </Panel>
  );
}

function Request(props: { request: JoinRequest }) {
  const { t, i18n } = useLingui();
  const { request } = props;
  const [asking, setAsking] = useState<"approve" | "refuse" | null>(null);
  const { device_name, user_name } = request;
  return (
    <section aria-label={t`${user_name} on ${device_name}`} data-testid="join-request">
      <Stack>
        <Row spread>
          <span>
            <strong>
              <bdi>{user_name}</bdi>
            </strong>
            {" · "}
            <bdi>{device_name}</bdi>{" "}
            <span className={css.quiet}>
              <Trans>asked {showMoment(request.at_ms, i18n.locale)}</Trans>
            </span>
          </span>
          <Row>
            <Button variant="default" onClick={() => setAsking("refuse")} data-testid="join-refuse">
              <Trans>Refuse…</Trans>
            </Button>
            <Button onClick={() => setAsking("approve")} data-testid="join-approve">
              <Trans>Approve…</Trans>
            </Button>
          </Row>
        </Row>
        <Words words={request.words} label={t`Words to compare with the new computer`} testId="join-words" />
      </Stack>
      <ApproveDialog request={request} opened={asking === "approve"} onClose={() => setAsking(null)} />
      <RefuseDialog request={request} opened={asking === "refuse"} onClose={() => setAsking(null)} />
    </section>
  );
}
