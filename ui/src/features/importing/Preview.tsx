import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Button, TextInput } from "@mantine/core";
import { useState } from "react";
import type { ImportPreview } from "../../bridge";
import css from "../../kit/importing.module.css";
import { Columns, cell, Panel, Row, Stack, Table } from "../../kit/Layout";
import { Chip, Notice } from "../../kit/Notes";
import { showBytes, showCount } from "../../kit/numbers";

const FORMS: Record<ImportPreview["files"][number]["form"], MessageDescriptor> = {
  bundle: msg`bundle`,
  ndjson: msg`NDJSON`,
  single: msg`single resource`,
  unreadable: msg`unreadable`,
};

/** What is in the files, before anything is written. */
export function Preview(props: { preview: ImportPreview; onStart: (source: string) => Promise<void> }) {
  const { t } = useLingui();
  const { preview } = props;
  const [source, setSource] = useState("");
  const [starting, setStarting] = useState(false);
  const readable = preview.files.filter((file) => file.form !== "unreadable").length;
  const ready = readable > 0 && (!preview.needs_source || source.trim() !== "");
  const start = () => {
    setStarting(true);
    void props.onStart(source.trim()).finally(() => setStarting(false));
  };
  return (
    <Stack>
      <Panel title={<Trans>To be imported</Trans>}>
        <Stack>
          <Row spread>
            <span>
              <Plural value={preview.patients} one="# patient" other="# patients" />
              {preview.sampled ? (
                <>
                  {" "}
                  <Trans>(counted in the first 64 MiB)</Trans>
                </>
              ) : null}
              {", "}
              <Plural value={preview.files.length} one="# file" other="# files" />
            </span>
            <Button onClick={start} disabled={!ready} loading={starting} data-testid="import-start">
              <Trans>Import</Trans>
            </Button>
          </Row>
          {preview.needs_source ? (
            <>
              <Notice tone="info" title={<Trans>Where do these files come from?</Trans>}>
                <Trans>
                  Their ids are not unique in the world. The name of their source keeps them apart from others and lets
                  a later import of the same source find them again.
                </Trans>
              </Notice>
              <TextInput
                label={t`Source`}
                placeholder={t`such as the name of the other system`}
                value={source}
                onChange={(event) => setSource(event.currentTarget.value)}
                maxLength={100}
                required
                data-testid="import-source"
              />
            </>
          ) : null}
        </Stack>
      </Panel>
      <Columns min="24rem">
        <Files preview={preview} />
        <Kinds preview={preview} />
      </Columns>
    </Stack>
  );
}

function Files(props: { preview: ImportPreview }) {
  const { t } = useLingui();
  return (
    <Panel title={<Trans>Files</Trans>} count={props.preview.files.length} flush>
      <Table
        label={t`Files`}
        scroll
        head={
          <>
            <th scope="col">
              <Trans>File</Trans>
            </th>
            <th scope="col">
              <Trans>Form</Trans>
            </th>
            <th scope="col" className={cell.numeric}>
              <Trans>Size</Trans>
            </th>
          </>
        }
      >
        {props.preview.files.map((file) => (
          <tr key={file.name}>
            <td className={css.file}>
              <bdi>{file.name}</bdi>
              {file.problem ? <div>{file.problem}</div> : null}
            </td>
            <td className={cell.fixed}>
              {file.form === "unreadable" ? <Chip tone="warn">{t(FORMS.unreadable)}</Chip> : t(FORMS[file.form])}
            </td>
            <td className={cell.numeric}>{showBytes(file.bytes)}</td>
          </tr>
        ))}
      </Table>
    </Panel>
  );
}

function Kinds(props: { preview: ImportPreview }) {
  const { t, i18n } = useLingui();
  return (
    <Panel title={<Trans>Records</Trans>} flush>
      <Table
        label={t`Records`}
        scroll
        head={
          <>
            <th scope="col">
              <Trans>Kind</Trans>
            </th>
            <th scope="col">
              <Trans>Becomes</Trans>
            </th>
            <th scope="col" className={cell.numeric}>
              <Trans>Count</Trans>
            </th>
          </>
        }
      >
        {props.preview.counts.map((kind) => (
          <tr key={kind.resource_type}>
            <td>{kind.resource_type}</td>
            <td>{kind.typed ? <Trans>a record with a view</Trans> : <Trans>kept word for word</Trans>}</td>
            <td className={cell.numeric}>{showCount(kind.count, i18n.locale)}</td>
          </tr>
        ))}
      </Table>
    </Panel>
  );
}
