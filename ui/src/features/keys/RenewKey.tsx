import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { type KeyKind, type KeyRow, useAct, useAsk } from "../../bridge";
import { Dialog } from "../../kit/Dialog";
import { Row, Stack } from "../../kit/Layout";
import { ErrorNotice } from "../../kit/Notes";
import { showBytes } from "../../kit/numbers";
import css from "../../kit/sync.module.css";
import { say } from "../../kit/undo";
import { KEY_STAGE_WORDS, KEY_WORDS } from "../../kit/words/keys";

/** Renews a key, after saying what that means. */
export function RenewKey(props: { row: KeyRow }) {
  const { t } = useLingui();
  const { row } = props;
  const answers = useQueryClient();
  const [asking, setAsking] = useState(false);
  const renew = useAct("key_rotate");
  const name = t(KEY_WORDS[row.key].name);
  if (row.key === "password") {
    return (
      <Button component={Link} to="/settings" variant="subtle" size="xs">
        <Trans>Change…</Trans>
      </Button>
    );
  }
  const close = () => {
    if (renew.isPending) return;
    setAsking(false);
    renew.reset();
  };
  const submit = () =>
    renew.mutate(
      { key: row.key },
      {
        onSuccess: (rows) => {
          answers.setQueryData(["key_list", {}], rows);
          say(t`Renewed: ${name}`);
          setAsking(false);
        },
      },
    );
  return (
    <>
      <Button
        variant="subtle"
        size="xs"
        onClick={() => setAsking(true)}
        aria-label={t`Renew: ${name}`}
        data-testid={`key-renew-${row.key}`}
      >
        <Trans>Renew…</Trans>
      </Button>
      <Dialog opened={asking} onClose={close} title={t`Renew: ${name}`} size={520}>
        <Stack>
          <ul className={css.steps}>
            <Meaning of={row.key} />
          </ul>
          {renew.isPending ? <Progress /> : null}
          {renew.error ? <ErrorNotice error={renew.error} /> : null}
          <Row end>
            <Button variant="default" onClick={close} disabled={renew.isPending} data-autofocus>
              <Trans>Cancel</Trans>
            </Button>
            <Button loading={renew.isPending} onClick={submit} data-testid="key-renew-confirm">
              <Trans>Renew now</Trans>
            </Button>
          </Row>
        </Stack>
      </Dialog>
    </>
  );
}

function Meaning(props: { of: KeyKind }) {
  if (props.of === "epoch_office" || props.of === "epoch_clinical") {
    return (
      <>
        <li>
          <Trans>
            What is written from now on is sealed under the new key. What was written before stays readable.
          </Trans>
        </li>
        <li>
          <Trans>Every computer that may have the key gets it; those that are off get it when they come back.</Trans>
        </li>
        <li>
          <Trans>The server must be reachable.</Trans>
        </li>
      </>
    );
  }
  if (props.of === "device_key") {
    return (
      <>
        <li>
          <Trans>The server and the other computers take nothing new under the former key from now on.</Trans>
        </li>
        <li>
          <Trans>What this computer has sent before stays valid, and what waits to be sent goes out first.</Trans>
        </li>
        <li>
          <Trans>The server must be reachable. All computers of the clinic need this version of Wardkeep.</Trans>
        </li>
      </>
    );
  }
  return (
    <>
      <li>
        <Trans>The file is written anew under the new key, compared row by row, and only then put in place.</Trans>
      </li>
      <li>
        <Trans>
          Searching and reading go on meanwhile; saving waits until it is done. As much free disk space is needed.
        </Trans>
      </li>
      <li>
        <Trans>The other people of this computer keep their passwords and notice nothing.</Trans>
      </li>
    </>
  );
}

function Progress() {
  const { t } = useLingui();
  const progress = useAsk("key_progress", {}, { staleTime: 0, gcTime: 0, refetchInterval: 250 });
  const now = progress.data;
  if (!now) return null;
  const percent = now.bytes_total === 0 ? 0 : Math.round((100 * now.bytes_done) / now.bytes_total);
  return (
    <div>
      <div
        className={css.bar}
        role="progressbar"
        aria-label={t`Progress of the renewal`}
        aria-valuenow={percent}
        aria-valuemin={0}
        aria-valuemax={100}
      >
        <div style={{ width: `${percent}%` }} />
      </div>
      <p className={css.quiet}>
        {t(KEY_STAGE_WORDS[now.stage])} · {showBytes(now.bytes_done)} / {showBytes(now.bytes_total)}
      </p>
    </div>
  );
}
