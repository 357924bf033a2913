import { Trans, useLingui } from "@lingui/react/macro";
import { Button, NativeSelect, TextInput } from "@mantine/core";
import { FolderOpen } from "lucide-react";
import { type FormEvent, useState } from "react";
import {
  type CommandError,
  type Compartment,
  call,
  type Document,
  type DocumentKind,
  pickFiles,
  toCommandError,
} from "../../bridge";
import { DateField } from "../../kit/DateField";
import { Dialog } from "../../kit/Dialog";
import { dateOrder, readTyped, todayAsDate, toIso } from "../../kit/dates";
import { CodeSelect } from "../../kit/Form";
import { Row, Stack } from "../../kit/Layout";
import { ErrorNotice } from "../../kit/Notes";
import { useRights, useSession } from "../../kit/session";
import { DOCUMENT_KIND_WORDS } from "../../kit/words/documents";

/** Which file, what it is, and who may read it. */
export function AddDocument(props: {
  patient: string;
  /** A file that was let go over the window; empty for none. */
  path: string;
  onClose: () => void;
  onAdded: (document: Document) => void;
}) {
  const { t } = useLingui();
  const rights = useRights();
  const order = dateOrder(useSession().settings.default_region);
  const [path, setPath] = useState(props.path);
  const [title, setTitle] = useState("");
  const [kind, setKind] = useState<DocumentKind>("other");
  const [day, setDay] = useState("");
  const [compartment, setCompartment] = useState<Compartment>(rights.chart ? "clinical" : "office");
  const [error, setError] = useState<CommandError | null>(null);
  const [busy, setBusy] = useState(false);
  const date = day.trim() === "" ? null : readTyped(day, order, todayAsDate());
  const unclear = day.trim() !== "" && date === null;
  const ready = path.trim() !== "" && !unclear && !busy;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!ready) return;
    setBusy(true);
    setError(null);
    call("document_add", {
      patient: props.patient,
      compartment,
      path: path.trim(),
      title: title.trim(),
      kind,
      date: date ? toIso(date) : null,
    })
      .then(props.onAdded, (thrown: unknown) => setError(toCommandError(thrown)))
      .finally(() => setBusy(false));
  };
  const pick = () =>
    pickFiles(t`Choose a document`).then(
      (paths) => setPath((before) => paths[0] ?? before),
      (thrown: unknown) => setError(toCommandError(thrown)),
    );

  return (
    <Dialog opened onClose={props.onClose} title={t`Add a document`} size={520}>
      <form onSubmit={submit}>
        <Stack>
          <TextInput
            label={t`File, at most 100 MB`}
            description={t`It is copied and encrypted; the file itself stays where it is.`}
            value={path}
            onChange={(event) => setPath(event.currentTarget.value)}
            maxLength={4096}
            autoComplete="off"
            spellCheck={false}
            data-autofocus
            required
            data-testid="document-path"
          />
          <Row>
            <Button
              variant="default"
              leftSection={<FolderOpen size={16} aria-hidden />}
              onClick={() => void pick()}
              disabled={busy}
            >
              <Trans>Choose a file…</Trans>
            </Button>
          </Row>
          <TextInput
            label={t`Title`}
            description={t`Left empty, the file’s name`}
            value={title}
            onChange={(event) => setTitle(event.currentTarget.value)}
            maxLength={200}
            data-testid="document-title"
          />
          <CodeSelect
            label={t`Kind`}
            value={kind}
            words={DOCUMENT_KIND_WORDS}
            onChange={(next) => setKind(next ?? "other")}
            testId="document-kind"
          />
          <DateField
            label={t`Date on the document`}
            text={day}
            onChange={setDay}
            error={unclear ? t`This is not a date` : null}
            testId="document-date"
          />
          {rights.chart ? (
            <NativeSelect
              label={t`Who may read it`}
              value={compartment}
              data={[
                { value: "clinical", label: t`Chart: clinicians only` },
                { value: "office", label: t`Office: everybody, also the front desk` },
              ]}
              onChange={(event) => setCompartment(event.currentTarget.value === "office" ? "office" : "clinical")}
              data-testid="document-part"
            />
          ) : null}
          {error ? <ErrorNotice error={error} testId="document-error" /> : null}
          <Row end>
            <Button variant="default" onClick={props.onClose}>
              <Trans>Cancel</Trans>
            </Button>
            <Button type="submit" disabled={!ready} loading={busy} data-testid="document-save-new">
              <Trans>Add</Trans>
            </Button>
          </Row>
        </Stack>
      </form>
    </Dialog>
  );
}
