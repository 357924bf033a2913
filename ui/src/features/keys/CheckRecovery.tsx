import { Trans, useLingui } from "@lingui/react/macro";
import { Button, SegmentedControl, Textarea } from "@mantine/core";
import { useState } from "react";
import { useAct } from "../../bridge";
import { Dialog } from "../../kit/Dialog";
import { Row, Stack } from "../../kit/Layout";
import { ErrorNotice, Notice } from "../../kit/Notes";
import css from "../../kit/sync.module.css";
import { recoveryFault } from "../../kit/words/recovery";
import { Opens } from "./RecoveryPanel";

const LIMIT = 2000;

/** Tries the paper without using it. */
export function CheckRecovery(props: { onClose: () => void }) {
  const { t } = useLingui();
  const [form, setForm] = useState("words");
  const [typed, setTyped] = useState(["", ""]);
  const check = useAct("recovery_check");
  const parts = form === "words" ? typed.slice(0, 1) : typed;
  const ready = parts.every((part) => part.trim() !== "");
  const fault = check.error ? recoveryFault(check.error) : null;
  const close = () => {
    setTyped(["", ""]);
    check.reset();
    props.onClose();
  };
  const submit = () => check.mutate({ key: parts });
  return (
    <Dialog opened onClose={close} title={t`Try the recovery key`} size={620}>
      {check.data ? (
        <Stack>
          <Notice tone="good" title={<Trans>This is the clinic’s recovery key</Trans>} />
          <Opens report={check.data} />
          <Row end>
            <Button onClick={close}>
              <Trans>Close</Trans>
            </Button>
          </Row>
        </Stack>
      ) : (
        <Stack>
          <p className={css.text}>
            <Trans>Nothing is changed by it. The server is asked as on the day on which the paper is needed.</Trans>
          </p>
          <SegmentedControl
            aria-label={t`What is on the paper`}
            value={form}
            onChange={(value) => {
              setForm(value);
              check.reset();
            }}
            data={[
              { value: "words", label: t`24 words` },
              { value: "shares", label: t`Two shares` },
            ]}
          />
          {parts.map((part, at) => (
            <Textarea
              // biome-ignore lint/suspicious/noArrayIndexKey: the two fields never change places.
              key={at}
              label={
                form === "words" ? t`The words, and the check characters behind them` : t`Share in field ${at + 1}`
              }
              value={part}
              onChange={(event) => {
                const text = event.currentTarget.value;
                setTyped((all) => all.map((one, place) => (place === at ? text : one)));
              }}
              maxLength={LIMIT}
              rows={4}
              autoComplete="off"
              spellCheck={false}
              data-testid={`recovery-typed-${at + 1}`}
            />
          ))}
          {check.error ? <ErrorNotice error={check.error} testId="recovery-error" /> : null}
          {fault ? (
            <p className={css.text} role="alert" data-testid="recovery-fault">
              {t(fault)}
            </p>
          ) : null}
          <Row end>
            <Button variant="default" onClick={close} disabled={check.isPending}>
              <Trans>Cancel</Trans>
            </Button>
            <Button onClick={submit} disabled={!ready} loading={check.isPending} data-testid="recovery-check-submit">
              <Trans>Try it</Trans>
            </Button>
          </Row>
        </Stack>
      )}
    </Dialog>
  );
}
