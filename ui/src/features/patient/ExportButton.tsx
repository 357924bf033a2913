import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { FileOutput } from "lucide-react";
import { useAct } from "../../bridge";
import { showBytes, showCount } from "../../kit/numbers";
import { useRights } from "../../kit/session";
import { say } from "../../kit/undo";
import { errorWords } from "../../kit/words/errors";

/** Writes the whole record as FHIR into the vault, sealed: no readable copy is made on the disk. */
export function ExportButton(props: { patient: string }) {
  const { t, i18n } = useLingui();
  const rights = useRights();
  const write = useAct("export_patient");
  if (!rights.export) return null;
  const run = () =>
    write.mutate(
      { id: props.patient },
      {
        onSuccess: ({ resources, bytes }) => {
          const count = showCount(resources, i18n.locale);
          const size = showBytes(bytes);
          say(t`Exported ${count} resources (${size}), sealed inside the vault`);
        },
        onError: (error) => say(t(errorWords(error).title)),
      },
    );
  return (
    <Button
      variant="default"
      leftSection={<FileOutput size={16} aria-hidden />}
      onClick={run}
      loading={write.isPending}
      data-testid="export-patient"
    >
      <Trans>Export as FHIR</Trans>
    </Button>
  );
}
