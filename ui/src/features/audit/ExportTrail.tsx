import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Button, Checkbox, Radio } from "@mantine/core";
import { FileOutput } from "lucide-react";
import { useState } from "react";
import { type CommandError, pickTarget, type TrailFormat, toCommandError, useAct, type Which } from "../../bridge";
import { Dialog } from "../../kit/Dialog";
import { Row, Stack } from "../../kit/Layout";
import { ErrorNotice, Notice } from "../../kit/Notes";

const NAMES: Record<TrailFormat, string> = { csv: "audit.csv", fhir: "audit.ndjson" };

/** Writes what is shown, and all that is older, into a file in clear. */
export function ExportTrail(props: { which: Which | null }) {
  const { t } = useLingui();
  const { which } = props;
  const [open, setOpen] = useState(false);
  const [format, setFormat] = useState<TrailFormat>("csv");
  const [values, setValues] = useState(false);
  const [error, setError] = useState<CommandError | null>(null);
  const write = useAct("audit_export");
  const start = () => {
    setError(null);
    write.reset();
    setOpen(true);
  };
  const run = async () => {
    if (!which) return;
    try {
      setError(null);
      const path = await pickTarget(t`Export the audit trail`, NAMES[format]);
      if (path !== null) await write.mutateAsync({ which, format, values, path });
    } catch (thrown) {
      setError(toCommandError(thrown));
    }
  };
  return (
    <>
      <Button
        variant="default"
        leftSection={<FileOutput size={16} aria-hidden />}
        onClick={start}
        disabled={!which}
        data-testid="trail-export"
      >
        <Trans>Export…</Trans>
      </Button>
      <Dialog title={t`Export the audit trail`} opened={open} onClose={() => setOpen(false)}>
        <Stack>
          <p>
            <Trans>
              Every entry that the chosen filter lets through. The file is not encrypted; patients stand in it by their
              ids. That you wrote it is in the trail.
            </Trans>
          </p>
          <Radio.Group
            label={t`Form`}
            value={format}
            onChange={(value) => setFormat(value === "fhir" ? "fhir" : "csv")}
          >
            <Stack>
              <Radio value="csv" label={t`Table (CSV)`} data-testid="trail-export-csv" />
              <Radio value="fhir" label={t`FHIR AuditEvents, one a line (NDJSON)`} data-testid="trail-export-fhir" />
            </Stack>
          </Radio.Group>
          <Checkbox
            checked={values}
            onChange={(event) => setValues(event.currentTarget.checked)}
            label={t`With the values before and after`}
            description={t`Names, addresses and other values of the office then stand in the file. Those of the chart never do.`}
            data-testid="trail-export-values"
          />
          {error ? <ErrorNotice error={error} /> : null}
          {write.data ? (
            <Notice
              tone="good"
              testId="trail-exported"
              title={
                <Plural
                  value={write.data.entries}
                  one="One entry was written. The file is not encrypted."
                  other="# entries were written. The file is not encrypted."
                />
              }
            />
          ) : null}
          <Row end>
            <Button variant="default" onClick={() => setOpen(false)}>
              <Trans>Close</Trans>
            </Button>
            <Button onClick={() => void run()} loading={write.isPending} data-testid="trail-export-run">
              <Trans>Choose the file…</Trans>
            </Button>
          </Row>
        </Stack>
      </Dialog>
    </>
  );
}
