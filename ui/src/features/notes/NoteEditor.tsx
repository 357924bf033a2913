import { msg } from "@lingui/core/macro";
import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Textarea } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type CommandError, call, type NoteDraft, toCommandError } from "../../bridge";
import { showTime } from "../../kit/dates";
import { Keys } from "../../kit/Keys";
import { Panel, Row, Stack } from "../../kit/Layout";
import { ErrorNotice } from "../../kit/Notes";
import css from "../../kit/notebook.module.css";
import { useStatus } from "../../kit/status";
import { offerUndo } from "../../kit/undo";
import { useCommands } from "../../kit/useCommands";
import { useDraft } from "./useDraft";

const LIMIT = 200_000;

/** The note that is being written. */
export function NoteEditor(props: { patient: string; draft: NoteDraft | null }) {
  const { t } = useLingui();
  const { patient } = props;
  const answers = useQueryClient();
  const draft = useDraft(patient, props.draft);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<CommandError | null>(null);
  const empty = draft.text.trim() === "";

  const finish = async () => {
    if (empty || busy) return;
    setBusy(true);
    try {
      await draft.flush();
      await call("note_finish", { patient, text: draft.text });
      draft.clear();
      setError(null);
      void answers.invalidateQueries({ queryKey: ["note_list", { patient }] });
    } catch (thrown) {
      setError(toCommandError(thrown));
    } finally {
      setBusy(false);
    }
  };
  const discard = () => {
    const { text } = draft;
    draft.setText("");
    offerUndo({ done: t`The draft was thrown away`, undo: t`Undo` }, () => {
      draft.setText(text);
      void draft.flush();
    });
  };

  useCommands([
    { id: "note.finish", title: msg`Finish the note`, keys: "mod+enter", section: "chart", run: () => void finish() },
  ]);
  useStatus(draft.unsaved ? { tone: "info", text: t`Saving the draft…` } : null);

  return (
    <Panel title={<Trans>New note</Trans>}>
      <Stack>
        <Textarea
          aria-label={t`Text of the note`}
          value={draft.text}
          onChange={(event) => draft.setText(event.currentTarget.value)}
          rows={12}
          maxLength={LIMIT}
          dir="auto"
          data-testid="note-text"
        />
        {(error ?? draft.error) ? <ErrorNotice error={(error ?? draft.error) as CommandError} /> : null}
        <Row spread>
          <span role="status" className={draft.unsaved ? css.unsaved : css.saved} data-testid="note-saved">
            {draft.unsaved ? (
              <Trans>not saved yet</Trans>
            ) : draft.savedAtMs !== null ? (
              <Trans>Draft saved {showTime(draft.savedAtMs)}</Trans>
            ) : (
              <Trans>A draft is kept while you type.</Trans>
            )}
          </span>
          <Row>
            <Keys keys="mod+enter" />
            <Button variant="default" onClick={discard} disabled={draft.text === ""}>
              <Trans>Throw away</Trans>
            </Button>
            <Button onClick={() => void finish()} disabled={empty} loading={busy} data-testid="note-finish">
              <Trans>Finish the note</Trans>
            </Button>
          </Row>
        </Row>
      </Stack>
    </Panel>
  );
}
