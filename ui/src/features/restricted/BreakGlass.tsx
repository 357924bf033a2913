import { Trans, useLingui } from "@lingui/react/macro";
import { Button, NativeSelect, Textarea } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { type PatientDetail, useAct, type Why } from "../../bridge";
import { Dialog } from "../../kit/Dialog";
import { CodeSelect } from "../../kit/Form";
import { Row, Stack } from "../../kit/Layout";
import { ErrorNotice, Notice } from "../../kit/Notes";
import { bannerName } from "../../kit/names";
import { WHY_WORDS } from "../../kit/words/glass";

const MINUTES = [15, 30, 60, 120, 240, 480, 720];
const USUAL = 60;
/** Characters of a reason, as the program takes them. */
const LONGEST = 500;

/** Asks for the reason and the end, and says who will read of it, before a closed chart opens. */
export function BreakGlass(props: { patient: PatientDetail; opened: boolean; onClose: () => void }) {
  const { t } = useLingui();
  return (
    <Dialog opened={props.opened} onClose={props.onClose} title={t`Break the glass`} size={520}>
      {props.opened ? <Form {...props} /> : null}
    </Dialog>
  );
}

function Form(props: { patient: PatientDetail; onClose: () => void }) {
  const { t } = useLingui();
  const answers = useQueryClient();
  const [why, setWhy] = useState<Why>("emergency");
  const [reason, setReason] = useState("");
  const [minutes, setMinutes] = useState(USUAL);
  const broken = useAct("glass_break");
  const { row } = props.patient;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (reason.trim() === "") return;
    broken.mutate(
      { patient: row.id, why, reason: reason.trim(), minutes },
      {
        onSuccess: (mine) => {
          answers.setQueryData(["glass_mine", {}], mine);
          props.onClose();
        },
      },
    );
  };
  const span = (length: number) => (length < 60 ? t`${length} minutes` : t`${length / 60} h`);
  return (
    <form onSubmit={submit}>
      <Stack>
        <span>
          <Trans>
            The chart of <bdi>{bannerName(row)}</bdi> opens to you, on this computer, until the time is over or you end
            it.
          </Trans>
        </span>
        <CodeSelect
          label={t`Why`}
          value={why}
          words={WHY_WORDS}
          onChange={(value) => value && setWhy(value)}
          testId="glass-why"
        />
        <Textarea
          label={t`The reason in your words`}
          description={t`The administrators read it. Write no diagnosis.`}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          maxLength={LONGEST}
          rows={3}
          required
          data-autofocus
          data-testid="glass-reason"
        />
        <NativeSelect
          label={t`For how long`}
          value={String(minutes)}
          data={MINUTES.map((length) => ({ value: String(length), label: span(length) }))}
          onChange={(event) => setMinutes(Number(event.currentTarget.value))}
          data-testid="glass-minutes"
        />
        <Notice tone="warn" title={<Trans>The administrators are told at once</Trans>}>
          <Trans>They see your name, the patient, the reason and the end. All that you do meanwhile is marked.</Trans>
        </Notice>
        {broken.error ? <ErrorNotice error={broken.error} /> : null}
        <Row end>
          <Button variant="default" onClick={props.onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button type="submit" disabled={reason.trim() === "" || broken.isPending} data-testid="glass-submit">
            <Trans>Break the glass</Trans>
          </Button>
        </Row>
      </Stack>
    </form>
  );
}
