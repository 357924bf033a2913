import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Radio, TextInput } from "@mantine/core";
import { useState } from "react";
import { type RecoverySheets, useAct } from "../../bridge";
import { Dialog } from "../../kit/Dialog";
import { Row, Stack } from "../../kit/Layout";
import { ErrorNotice, Notice } from "../../kit/Notes";
import css from "../../kit/sync.module.css";
import { Words } from "../../kit/Words";
import { Opens } from "./RecoveryPanel";

/** Makes a recovery key: shown once, proven by typing parts of it again, tried at once. */
export function NewRecovery(props: { replaces: string | null; onClose: () => void }) {
  const { t } = useLingui();
  const [form, setForm] = useState("words");
  const [written, setWritten] = useState(false);
  const prepare = useAct("recovery_prepare");
  const enroll = useAct("recovery_enroll");
  const close = () => {
    if (prepare.isPending || enroll.isPending) return;
    prepare.reset();
    enroll.reset();
    props.onClose();
  };
  const sheets = prepare.data;
  return (
    <Dialog opened onClose={close} title={t`New recovery key`} size={720}>
      {enroll.data ? (
        <Stack>
          <Notice tone="good" title={<Trans>The recovery key {enroll.data.paper} counts from now on</Trans>}>
            <Trans>Keep the paper locked away, not beside a computer. No former recovery key opens anything new.</Trans>
          </Notice>
          <Opens report={enroll.data} />
          <Row end>
            <Button onClick={close} data-testid="recovery-done">
              <Trans>Close</Trans>
            </Button>
          </Row>
        </Stack>
      ) : sheets && written ? (
        <Prove
          sheets={sheets}
          pending={enroll.isPending}
          onAnswers={(answers) => enroll.mutate({ answers })}
          onBack={() => setWritten(false)}
          error={enroll.error}
        />
      ) : sheets ? (
        <Shown sheets={sheets} onWritten={() => setWritten(true)} />
      ) : (
        <Stack>
          <p className={css.text}>
            <Trans>
              Whoever has it is an administrator of this clinic and reads everything, without any computer. It is shown
              once: have pen and paper ready.
            </Trans>
          </p>
          {props.replaces ? (
            <p className={css.text}>
              <Trans>It takes the place of {props.replaces}, as soon as you have typed parts of it again.</Trans>
            </p>
          ) : null}
          <Radio.Group label={t`In which form?`} value={form} onChange={setForm}>
            <Stack>
              <Radio value="words" label={t`24 words on one sheet`} data-testid="recovery-words" />
              <Radio
                value="shares"
                label={t`Three shares for three people, of whom any two are needed`}
                data-testid="recovery-shares"
              />
            </Stack>
          </Radio.Group>
          {prepare.error ? <ErrorNotice error={prepare.error} /> : null}
          <Row end>
            <Button variant="default" onClick={close}>
              <Trans>Cancel</Trans>
            </Button>
            <Button
              onClick={() => prepare.mutate({ split: form === "shares" })}
              loading={prepare.isPending}
              data-testid="recovery-show"
            >
              <Trans>Show it</Trans>
            </Button>
          </Row>
        </Stack>
      )}
    </Dialog>
  );
}

/** The sheets, once. */
function Shown(props: { sheets: RecoverySheets; onWritten: () => void }) {
  const { t } = useLingui();
  const { sheets } = props;
  const shares = sheets.sheets.length > 1;
  return (
    <Stack>
      <p className={css.text}>
        <Trans>
          Write on each sheet: {sheets.paper}, server {sheets.server}
        </Trans>
      </p>
      <p className={css.quiet} style={{ overflowWrap: "anywhere" }}>
        <Trans>
          pin {sheets.pin}, clinic {sheets.clinic}
        </Trans>
      </p>
      {sheets.sheets.map((parts, sheet) => {
        const number = sheet + 1;
        return (
          <section key={parts.join(" ")}>
            {shares ? (
              <h3 className={css.text}>
                <Trans>Share {number}</Trans>
              </h3>
            ) : null}
            <Words
              words={parts}
              label={shares ? t`Share ${number}` : t`The words`}
              testId={`recovery-sheet-${number}`}
            />
          </section>
        );
      })}
      <Row end>
        <Button onClick={props.onWritten} data-testid="recovery-written">
          <Trans>I have written it down</Trans>
        </Button>
      </Row>
    </Stack>
  );
}

/** Parts of the paper, typed again. */
function Prove(props: {
  sheets: RecoverySheets;
  pending: boolean;
  error: ReturnType<typeof useAct<"recovery_enroll">>["error"];
  onAnswers: (answers: string[]) => void;
  onBack: () => void;
}) {
  const { t } = useLingui();
  const { questions } = props.sheets;
  const [answers, setAnswers] = useState<string[]>(questions.map(() => ""));
  const shares = props.sheets.sheets.length > 1;
  const wrong = props.error?.code === "invalid" ? props.error.field : null;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        props.onAnswers(answers);
      }}
    >
      <Stack>
        <p className={css.text}>
          <Trans>Read from the paper. Only then the recovery key counts.</Trans>
        </p>
        {questions.map((question, at) => {
          const { sheet, place } = question;
          return (
            <TextInput
              key={`${sheet}-${place}`}
              label={shares ? t`Share ${sheet}, group ${place}` : t`Word ${place}`}
              value={answers[at] ?? ""}
              onChange={(event) => {
                const text = event.currentTarget.value;
                setAnswers((all) => all.map((one, number) => (number === at ? text : one)));
              }}
              error={wrong === `answers[${at}]` ? t`The paper says something else.` : null}
              maxLength={32}
              autoComplete="off"
              spellCheck={false}
              autoFocus={at === 0}
              data-testid={`recovery-answer-${at + 1}`}
            />
          );
        })}
        {props.error && !wrong ? <ErrorNotice error={props.error} /> : null}
        <Row end>
          <Button variant="default" onClick={props.onBack} disabled={props.pending}>
            <Trans>Show it again</Trans>
          </Button>
          <Button
            type="submit"
            disabled={answers.some((answer) => answer.trim() === "")}
            loading={props.pending}
            data-testid="recovery-prove"
          >
            <Trans>It counts from now on</Trans>
          </Button>
        </Row>
      </Stack>
    </form>
  );
}
