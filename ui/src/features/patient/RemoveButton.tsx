import { Trans, useLingui } from "@lingui/react/macro";
import { Button, TextInput } from "@mantine/core";
import { Trash2 } from "lucide-react";
import { type FormEvent, useState } from "react";
import { Dialog } from "../../kit/Dialog";
import { Row, Stack } from "../../kit/Layout";

/** Removing hides a record and keeps it; the reason goes into the audit trail. */
export function RemoveButton(props: { onRemove: (reason: string) => Promise<void> }) {
  const { t } = useLingui();
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (reason.trim() === "") return;
    setAsking(false);
    void props.onRemove(reason.trim());
  };
  return (
    <>
      <Button
        variant="default"
        leftSection={<Trash2 size={16} aria-hidden />}
        onClick={() => setAsking(true)}
        data-testid="remove-patient"
      >
        <Trans>Remove the patient…</Trans>
      </Button>
      <Dialog opened={asking} onClose={() => setAsking(false)} title={t`Remove the patient`}>
        <form onSubmit={submit}>
          <Stack>
            <span>
              <Trans>The record is hidden from lists and kept. It can be brought back.</Trans>
            </span>
            <TextInput
              label={t`Reason`}
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
              maxLength={500}
              data-autofocus
              required
            />
            <Row end>
              <Button variant="default" onClick={() => setAsking(false)}>
                <Trans>Cancel</Trans>
              </Button>
              <Button type="submit" disabled={reason.trim() === ""}>
                <Trans>Remove</Trans>
              </Button>
            </Row>
          </Stack>
        </form>
      </Dialog>
    </>
  );
}
