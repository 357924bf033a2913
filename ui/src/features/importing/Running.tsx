import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { call, type ImportProgress, useAsk } from "../../bridge";
import css from "../../kit/importing.module.css";
import { Panel, Row, Stack } from "../../kit/Layout";
import { ErrorNotice, Loading, Notice, type Tone } from "../../kit/Notes";
import { showBytes, showClock, showCount } from "../../kit/numbers";
import { useStatus } from "../../kit/status";
import { Rejects } from "./Rejects";

const POLL_MS = 250;

/** An import at work and, afterwards, its account. */
export function Running(props: { job: number; onOver: () => void; onAgain: () => void }) {
  const { t } = useLingui();
  const answers = useQueryClient();
  const [over, setOver] = useState(false);
  const progress = useAsk(
    "import_progress",
    { job: props.job },
    { staleTime: 0, gcTime: 0, refetchInterval: over ? false : POLL_MS },
  );
  const data = progress.data;
  const running = data === undefined || data.state === "running";
  const percent = data ? share(data) : 0;
  useStatus(running ? { tone: "info", text: t`Importing, ${percent} %` } : null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: runs once, when the import is over
  useEffect(() => {
    if (running) return;
    setOver(true);
    props.onOver();
    void answers.invalidateQueries({ queryKey: ["patient_recent"] });
    void answers.invalidateQueries({ queryKey: ["patient_search"] });
  }, [running, answers]);

  if (progress.error) return <ErrorNotice error={progress.error} onRetry={() => void progress.refetch()} />;
  if (!data) return <Loading />;
  return (
    <div data-testid={running ? "import-running" : "import-result"} data-state={data.state}>
      <Stack>
        <Panel title={<Title state={data.state} />}>
          <Stack>
            {data.error ? <ErrorNotice error={data.error} /> : null}
            <div
              className={css.bar}
              role="progressbar"
              aria-label={t`Progress of the import`}
              aria-valuenow={percent}
              aria-valuemin={0}
              aria-valuemax={100}
            >
              <div style={{ width: `${percent}%` }} />
            </div>
            <Row spread>
              <span>
                {showBytes(data.bytes_done)} / {showBytes(data.bytes_total)}
                {running && data.current_file ? (
                  <>
                    {" · "}
                    <bdi>{data.current_file}</bdi>
                  </>
                ) : null}
              </span>
              <span>
                <Trans>{showClock(data.elapsed_ms / 1000)} min</Trans>
              </span>
            </Row>
            <Counts progress={data} />
            <Row end>
              {running ? (
                <Button
                  variant="default"
                  onClick={() => void call("import_cancel", { job: props.job }).catch(() => undefined)}
                  data-testid="import-cancel"
                >
                  <Trans>Cancel</Trans>
                </Button>
              ) : (
                <Button variant="default" onClick={props.onAgain}>
                  <Trans>Import more</Trans>
                </Button>
              )}
            </Row>
          </Stack>
        </Panel>
        {running ? null : <Verdict progress={data} />}
        {data.rejects.length > 0 ? <Rejects rejects={data.rejects} total={data.rejected} /> : null}
      </Stack>
    </div>
  );
}

function Title(props: { state: ImportProgress["state"] }) {
  switch (props.state) {
    case "running":
      return <Trans>Importing…</Trans>;
    case "done":
      return <Trans>Imported</Trans>;
    case "cancelled":
      return <Trans>Import cancelled</Trans>;
    case "failed":
      return <Trans>Import failed</Trans>;
  }
}

function Counts(props: { progress: ImportProgress }) {
  const { t, i18n } = useLingui();
  const { progress } = props;
  const counts = [
    { name: t`New`, value: progress.imported },
    { name: t`Updated`, value: progress.updated },
    { name: t`Unchanged`, value: progress.unchanged },
    { name: t`Kept word for word`, value: progress.kept_verbatim },
    { name: t`Rejected`, value: progress.rejected },
  ];
  return (
    <dl className={css.counts}>
      {counts.map(({ name, value }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{showCount(value, i18n.locale)}</dd>
        </div>
      ))}
    </dl>
  );
}

function Verdict(props: { progress: ImportProgress }) {
  const { state, rejected } = props.progress;
  const tone: Tone = state === "done" && rejected === 0 ? "good" : "warn";
  if (state === "cancelled") {
    return (
      <Notice tone={tone} title={<Trans>What was imported before stays. Importing again goes on from there.</Trans>} />
    );
  }
  if (state === "failed") {
    return (
      <Notice tone={tone} title={<Trans>What was imported before the fault stays, complete and checked.</Trans>} />
    );
  }
  return rejected === 0 ? (
    <Notice tone={tone} title={<Trans>Everything was taken over.</Trans>} />
  ) : (
    <Notice tone={tone} title={<Trans>Some resources were rejected; all others were taken over.</Trans>} />
  );
}

function share(progress: ImportProgress): number {
  if (progress.state === "done") return 100;
  return progress.bytes_total === 0 ? 0 : Math.min(100, Math.floor((progress.bytes_done / progress.bytes_total) * 100));
}
