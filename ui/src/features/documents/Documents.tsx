import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useEffect, useState } from "react";
import { type CommandError, call, type Document, onFilesDropped, toCommandError, useAsk } from "../../bridge";
import { Block } from "../../kit/Block";
import css from "../../kit/block.module.css";
import { Stack } from "../../kit/Layout";
import { ErrorNotice, Notice } from "../../kit/Notes";
import { useRights } from "../../kit/session";
import { offerUndo, say } from "../../kit/undo";
import { AddDocument } from "./AddDocument";
import { DocumentItem } from "./DocumentItem";
import { SaveCopy } from "./SaveCopy";
import { ViewDocument } from "./ViewDocument";

/** A patient's documents: added by dialog, path or drag, looked at, saved, removed with undo. */
export function Documents(props: { patient: string }) {
  const { t } = useLingui();
  const { patient } = props;
  const rights = useRights();
  const answers = useQueryClient();
  const documents = useAsk("document_list", { patient }, { refetchInterval: refetchEvery });
  const [adding, setAdding] = useState<string | null>(null);
  const [viewing, setViewing] = useState<Document | null>(null);
  const [saving, setSaving] = useState<Document | null>(null);
  const [error, setError] = useState<CommandError | null>(null);
  const [over, setOver] = useState(false);
  const mayAdd = rights.write && adding === null && viewing === null && saving === null;

  const renew = () => answers.invalidateQueries({ queryKey: ["document_list", { patient }] });
  const run = (work: Promise<unknown>): Promise<boolean> =>
    work.then(
      () => {
        setError(null);
        void renew();
        return true;
      },
      (thrown: unknown) => {
        setError(toCommandError(thrown));
        return false;
      },
    );
  const remove = async (document: Document, reason: string) => {
    if (!(await run(call("document_remove", { id: document.id, reason })))) return;
    offerUndo({ done: t`${document.title} was removed`, undo: t`Undo` }, () => {
      void run(call("document_restore", { id: document.id }));
    });
  };

  useEffect(() => {
    if (!mayAdd) return;
    const stop = onFilesDropped({ hover: setOver, drop: (paths) => setAdding(paths[0] ?? null) });
    return () => void stop.then((end) => end());
  }, [mayAdd]);

  return (
    <Stack>
      {over ? <Notice tone="info" title={<Trans>Let go to add the file as a document</Trans>} /> : null}
      {error ? <ErrorNotice error={error} /> : null}
      <Block
        title={<Trans>Documents</Trans>}
        ask={documents}
        count={(list) => list.filter((one) => !one.removed).length}
        isEmpty={(list) => list.length === 0}
        empty={<Trans>No documents yet. Choose a file with “Add”, or drag one into this window.</Trans>}
        testId="documents"
        actions={
          rights.write ? (
            <Button
              variant="subtle"
              leftSection={<Plus size={16} aria-hidden />}
              onClick={() => setAdding("")}
              data-testid="document-add"
            >
              <Trans>Add</Trans>
            </Button>
          ) : null
        }
      >
        {(list) => (
          <Stack>
            <ul className={css.list}>
              {list
                .filter((one) => !one.removed)
                .map((one) => (
                  <DocumentItem
                    key={one.id}
                    document={one}
                    onView={() => setViewing(one)}
                    onRemove={(reason) => void remove(one, reason)}
                    onSave={() => setSaving(one)}
                  />
                ))}
            </ul>
            <Removed
              documents={list.filter((one) => one.removed)}
              onRestore={(id) => void run(call("document_restore", { id }))}
            />
          </Stack>
        )}
      </Block>
      {adding === null ? null : (
        <AddDocument
          patient={patient}
          path={adding}
          onClose={() => setAdding(null)}
          onAdded={(document) => {
            setAdding(null);
            void renew();
            say(t`${document.title} was added`);
          }}
        />
      )}
      {saving ? (
        <SaveCopy
          document={saving}
          onClose={() => setSaving(null)}
          onSaved={() => {
            setSaving(null);
            say(t`A copy was saved. It is not encrypted.`);
          }}
        />
      ) : null}
      {viewing ? <ViewDocument document={viewing} onClose={() => setViewing(null)} /> : null}
    </Stack>
  );
}

/** While a file is under way its progress is asked for. */
function refetchEvery(query: { state: { data?: Document[] | undefined } }): number | false {
  const moving = query.state.data?.some((one) => one.file.place !== "here" && one.file.place !== "missing");
  return moving ? 3000 : false;
}

function Removed(props: { documents: readonly Document[]; onRestore: (id: string) => void }) {
  const { t } = useLingui();
  const [open, setOpen] = useState(false);
  const count = props.documents.length;
  if (count === 0) return null;
  return (
    <div>
      <button type="button" className={css.more} aria-expanded={open} onClick={() => setOpen(!open)}>
        <Trans>{count} removed</Trans>
      </button>
      {open ? (
        <ul className={css.list}>
          {props.documents.map((one) => (
            <li key={one.id}>
              <span>
                <bdi>{one.title}</bdi>
              </span>
              <Button
                variant="default"
                onClick={() => props.onRestore(one.id)}
                aria-label={t`Bring back ${one.title}`}
                data-testid="document-restore"
              >
                <Trans>Bring back</Trans>
              </Button>
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}
