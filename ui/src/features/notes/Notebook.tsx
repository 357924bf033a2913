import { Trans, useLingui } from "@lingui/react/macro";
import { useAsk } from "../../bridge";
import { Block } from "../../kit/Block";
import { showInstant } from "../../kit/dates";
import { Columns } from "../../kit/Layout";
import { ErrorNotice, Hidden, Loading } from "../../kit/Notes";
import css from "../../kit/notebook.module.css";
import { useRights } from "../../kit/session";
import { NoteEditor } from "./NoteEditor";

/** Free-text notes: one being written, the finished ones beside it. */
export function Notebook(props: { patient: string }) {
  const rights = useRights();
  if (!rights.chart) {
    return (
      <Hidden>
        <Trans>Notes belong to the chart.</Trans>
      </Hidden>
    );
  }
  return (
    <Columns min="28rem">
      <Writing patient={props.patient} />
      <Finished patient={props.patient} />
    </Columns>
  );
}

function Writing(props: { patient: string }) {
  const { patient } = props;
  // Asked anew at every visit: what the editor saved since is not in this answer.
  const draft = useAsk("note_draft_get", { patient }, { staleTime: Number.POSITIVE_INFINITY, gcTime: 0 });
  if (draft.isPending) return <Loading />;
  if (draft.error) return <ErrorNotice error={draft.error} onRetry={() => void draft.refetch()} />;
  return <NoteEditor key={patient} patient={patient} draft={draft.data} />;
}

function Finished(props: { patient: string }) {
  const { i18n } = useLingui();
  const notes = useAsk("note_list", { patient: props.patient });
  return (
    <Block
      title={<Trans>Finished notes</Trans>}
      ask={notes}
      count={(list) => list.length}
      isEmpty={(list) => list.length === 0}
      empty={<Trans>No notes yet.</Trans>}
      testId="note-list"
    >
      {(list) => (
        <ol className={css.notes}>
          {list.map((note) => (
            <li key={note.id}>
              <div className={css.by}>
                <time>{showInstant(note.at_ms, i18n.locale)}</time> <bdi>{note.author}</bdi>
              </div>
              <p dir="auto">{note.text}</p>
            </li>
          ))}
        </ol>
      )}
    </Block>
  );
}
