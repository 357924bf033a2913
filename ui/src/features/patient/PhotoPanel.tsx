import { Trans, useLingui } from "@lingui/react/macro";
import { Button, FileButton } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type CommandError, call, type PatientDetail, toCommandError } from "../../bridge";
import { Panel, Row, Stack } from "../../kit/Layout";
import { Empty, ErrorNotice } from "../../kit/Notes";
import { useRights } from "../../kit/session";
import { offerUndo } from "../../kit/undo";
import { Photo } from "./Photo";

const LIMIT_BYTES = 8 * 1024 * 1024;
const TYPES = ["image/png", "image/jpeg", "image/webp"];

export function PhotoPanel(props: { patient: PatientDetail }) {
  const { t } = useLingui();
  const { row, has_photo } = props.patient;
  const rights = useRights();
  const answers = useQueryClient();
  const [error, setError] = useState<CommandError | null>(null);
  const [busy, setBusy] = useState(false);

  const taken = (detail: PatientDetail) => {
    answers.setQueriesData({ queryKey: ["patient_open"] }, detail);
    void answers.invalidateQueries({ queryKey: ["patient_photo"] });
  };
  const run = (work: () => Promise<PatientDetail>): Promise<void> => {
    setBusy(true);
    setError(null);
    return work()
      .then(taken, (thrown: unknown) => setError(toCommandError(thrown)))
      .finally(() => setBusy(false));
  };
  const set = (file: File | null) => {
    if (!file) return;
    if (file.size > LIMIT_BYTES || !TYPES.includes(file.type)) {
      const code = file.size > LIMIT_BYTES ? "too_large" : "invalid";
      setError({ code, field: "photo", retryable: false, detail: null });
      return;
    }
    void run(async () =>
      call("patient_photo_set", { id: row.id, media_type: file.type, base64: await toBase64(file) }),
    );
  };
  const remove = async () => {
    const before = await call("patient_photo", { id: row.id }).catch(() => null);
    await run(() => call("patient_photo_remove", { id: row.id }));
    if (before) {
      offerUndo({ done: t`The photo was removed`, undo: t`Undo` }, () => {
        void run(() => call("patient_photo_set", { id: row.id, ...before }));
      });
    }
  };

  return (
    <Panel title={<Trans>Photo</Trans>}>
      <Stack>
        {has_photo ? (
          <Photo patient={row.id} has large />
        ) : (
          <Empty>
            <Trans>No photo.</Trans>
          </Empty>
        )}
        {error ? <ErrorNotice error={error} /> : null}
        {rights.write ? (
          <Row>
            <FileButton accept={TYPES.join(",")} onChange={set}>
              {(button) => (
                <Button {...button} variant="default" loading={busy}>
                  {has_photo ? <Trans>Replace the photo…</Trans> : <Trans>Add a photo…</Trans>}
                </Button>
              )}
            </FileButton>
            {has_photo ? (
              <Button variant="default" disabled={busy} onClick={() => void remove()}>
                <Trans>Remove</Trans>
              </Button>
            ) : null}
          </Row>
        ) : null}
      </Stack>
    </Panel>
  );
}

async function toBase64(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  const step = 0x8000;
  for (let at = 0; at < bytes.length; at += step) text += String.fromCharCode(...bytes.subarray(at, at + step));
  return btoa(text);
}
