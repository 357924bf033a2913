import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Textarea } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type QuarantineRow, useAct } from "../../bridge";
import { Dialog } from "../../kit/Dialog";
import { Row, Stack } from "../../kit/Layout";
import { ErrorNotice } from "../../kit/Notes";
import css from "../../kit/sync.module.css";
import { say } from "../../kit/undo";

/** Characters of a reason at most: it is sealed like a name. */
const REASON = 150;

/** Takes in what a revoked computer wrote, or says that it stays out. */
export function JudgeAside(props: { row: QuarantineRow }) {
  return (
    <>
      {props.row.state === "waiting" ? <Discard row={props.row} /> : null}
      <Accept row={props.row} />
    </>
  );
}

function Accept(props: { row: QuarantineRow }) {
  const { t } = useLingui();
  const { row } = props;
  const { name } = row;
  const answers = useQueryClient();
  const [asking, setAsking] = useState(false);
  const accept = useAct("quarantine_accept");
  const close = () => {
    setAsking(false);
    accept.reset();
  };
  const submit = () =>
    accept.mutate(
      { device: row.device, part: row.part, upto: null },
      {
        onSuccess: (rows) => {
          answers.setQueryData(["quarantine_list", {}], rows);
          say(t`What ${name} wrote is taken in`);
          close();
        },
      },
    );
  return (
    <>
      <Button
        variant="subtle"
        size="xs"
        onClick={() => setAsking(true)}
        aria-label={t`Take in what ${name} wrote`}
        data-testid="aside-accept"
      >
        <Trans>Take in…</Trans>
      </Button>
      <Dialog opened={asking} onClose={close} title={t`Take in what ${name} wrote?`} size={520}>
        <Stack>
          <ul className={css.steps}>
            <li>
              <Trans>It becomes part of the records on every computer, under the name of whoever wrote it.</Trans>
            </li>
            <li>
              <Trans>
                Where somebody has changed the same in the meantime, both are kept and shown under Conflicts.
              </Trans>
            </li>
            <li>
              <Trans>
                It cannot be taken back. If the computer was in wrong hands, look at what it wrote first, and correct
                what is wrong afterwards.
              </Trans>
            </li>
          </ul>
          {accept.error ? <ErrorNotice error={accept.error} /> : null}
          <Row end>
            <Button variant="default" onClick={close} data-autofocus>
              <Trans>Cancel</Trans>
            </Button>
            <Button loading={accept.isPending} onClick={submit} data-testid="aside-accept-confirm">
              <Trans>Take it in</Trans>
            </Button>
          </Row>
        </Stack>
      </Dialog>
    </>
  );
}

function Discard(props: { row: QuarantineRow }) {
  const { t } = useLingui();
  const { row } = props;
  const { name } = row;
  const answers = useQueryClient();
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState("");
  const discard = useAct("quarantine_discard");
  const close = () => {
    setAsking(false);
    setReason("");
    discard.reset();
  };
  const submit = () =>
    discard.mutate(
      { device: row.device, part: row.part, reason },
      {
        onSuccess: (rows) => {
          answers.setQueryData(["quarantine_list", {}], rows);
          say(t`What ${name} wrote stays out`);
          close();
        },
      },
    );
  return (
    <>
      <Button
        variant="subtle"
        size="xs"
        onClick={() => setAsking(true)}
        aria-label={t`Leave out what ${name} wrote`}
        data-testid="aside-discard"
      >
        <Trans>Leave out…</Trans>
      </Button>
      <Dialog opened={asking} onClose={close} title={t`Leave out what ${name} wrote?`} size={520}>
        <Stack>
          <span>
            <Trans>Nothing is thrown away: it stays sealed where it is, and can still be taken in later.</Trans>
          </span>
          <Textarea
            label={t`Why`}
            description={t`For those who ask later.`}
            value={reason}
            maxLength={REASON}
            onChange={(event) => setReason(event.currentTarget.value.replaceAll("\n", " "))}
            required
            data-testid="aside-reason"
          />
          {discard.error ? <ErrorNotice error={discard.error} /> : null}
          <Row end>
            <Button variant="default" onClick={close}>
              <Trans>Cancel</Trans>
            </Button>
            <Button
              disabled={reason.trim() === ""}
              loading={discard.isPending}
              onClick={submit}
              data-testid="aside-discard-confirm"
            >
              <Trans>Leave it out</Trans>
            </Button>
          </Row>
        </Stack>
      </Dialog>
    </>
  );
}
