import { Trans, useLingui } from "@lingui/react/macro";
import { Button, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import {
  type CommandError,
  call,
  type Disclosure,
  type Document,
  type Purpose,
  pickTarget,
  toCommandError,
} from "../../bridge";
import { Dialog } from "../../kit/Dialog";
import { CodeSelect } from "../../kit/Form";
import { Row, Stack } from "../../kit/Layout";
import { ErrorNotice } from "../../kit/Notes";
import { PURPOSE_WORDS } from "../../kit/words/audit";

/** Saves a copy in clear, and says for whom it is. */
export function SaveCopy(props: { document: Document; onClose: () => void; onSaved: () => void }) {
  const { t } = useLingui();
  const { document } = props;
  const [recipient, setRecipient] = useState("");
  const [purpose, setPurpose] = useState<Purpose | null>(null);
  const [half, setHalf] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<CommandError | null>(null);
  const save = async (event: FormEvent) => {
    event.preventDefault();
    const name = recipient.trim();
    const isHalf = (name === "") !== (purpose === null);
    setHalf(isHalf);
    if (isHalf || busy) return;
    const disclosure: Disclosure | null = purpose === null ? null : { recipient: name, purpose };
    setBusy(true);
    try {
      setError(null);
      const path = await pickTarget(t`Save a copy`, document.file_name);
      if (path === null) return;
      await call("document_save", { id: document.id, path, disclosure });
      props.onSaved();
    } catch (thrown) {
      setError(toCommandError(thrown));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog title={t`For whom is the copy?`} opened onClose={props.onClose}>
      <form onSubmit={(event) => void save(event)}>
        <Stack>
          <p>
            <Trans>The copy is not encrypted. Recipient and purpose stand in the accounting of disclosures.</Trans>
          </p>
          <TextInput
            label={t`Recipient (name and address)`}
            value={recipient}
            onChange={(event) => setRecipient(event.currentTarget.value)}
            maxLength={300}
            autoComplete="off"
            error={half ? t`Say both, or leave both out.` : null}
            data-autofocus
            data-testid="copy-recipient"
          />
          <CodeSelect
            label={t`Purpose`}
            value={purpose}
            words={PURPOSE_WORDS}
            onChange={setPurpose}
            none={t`Not said`}
            testId="copy-purpose"
          />
          {error ? <ErrorNotice error={error} /> : null}
          <Row end>
            <Button variant="default" onClick={props.onClose}>
              <Trans>Cancel</Trans>
            </Button>
            <Button type="submit" loading={busy} data-testid="copy-save">
              <Trans>Choose the place…</Trans>
            </Button>
          </Row>
        </Stack>
      </form>
    </Dialog>
  );
}
