import { Trans, useLingui } from "@lingui/react/macro";
import { useEffect, useState } from "react";
import { type CommandError, call, type ImportPreview, onFilesDropped, pickFiles, toCommandError } from "../../bridge";
import { Page, Stack } from "../../kit/Layout";
import { ErrorNotice, Loading } from "../../kit/Notes";
import { ChooseFiles } from "./ChooseFiles";
import { Preview } from "./Preview";
import { Running } from "./Running";

type Step =
  | { at: "choose" }
  | { at: "looking"; paths: string[] }
  | { at: "preview"; paths: string[]; preview: ImportPreview }
  | { at: "running"; job: number };

/** FHIR files: chosen, looked at, brought in, accounted for. */
export function ImportPage(props: { onImported: () => void }) {
  const { t } = useLingui();
  const [step, setStep] = useState<Step>({ at: "choose" });
  const [error, setError] = useState<CommandError | null>(null);
  const [over, setOver] = useState(false);
  const choosing = step.at === "choose" || step.at === "preview";

  const look = async (paths: string[]) => {
    if (paths.length === 0) return;
    setError(null);
    setStep({ at: "looking", paths });
    try {
      setStep({ at: "preview", paths, preview: await call("import_preview", { paths }) });
    } catch (thrown) {
      setError(toCommandError(thrown));
      setStep({ at: "choose" });
    }
  };
  const start = async (paths: string[], source: string) => {
    setError(null);
    try {
      const { job } = await call("import_start", { paths, source });
      setStep({ at: "running", job });
    } catch (thrown) {
      setError(toCommandError(thrown));
    }
  };

  // biome-ignore lint/correctness/useExhaustiveDependencies: files may be dropped only while none are being read
  useEffect(() => {
    if (!choosing) return;
    const stop = onFilesDropped({ hover: setOver, drop: (paths) => void look(paths) });
    return () => void stop.then((end) => end());
  }, [choosing]);

  return (
    <Page
      title={<Trans>Import FHIR files</Trans>}
      lead={
        <Trans>
          Bundles, NDJSON and single resources of FHIR R4. What was imported before is recognised; importing it again
          changes nothing.
        </Trans>
      }
    >
      <Stack>
        {step.at === "running" ? (
          <Running job={step.job} onOver={props.onImported} onAgain={() => setStep({ at: "choose" })} />
        ) : (
          <>
            <ChooseFiles
              over={over}
              busy={step.at === "looking"}
              onPick={() =>
                void pickFiles(t`Choose FHIR files`).then(look, (thrown: unknown) => setError(toCommandError(thrown)))
              }
              onPaths={(paths) => void look(paths)}
            />
            {error ? <ErrorNotice error={error} testId="import-error" /> : null}
            {step.at === "looking" ? <Loading /> : null}
            {step.at === "preview" ? (
              <Preview preview={step.preview} onStart={(source) => start(step.paths, source)} />
            ) : null}
          </>
        )}
      </Stack>
    </Page>
  );
}
