import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type Problem, useAct } from "../../bridge";
import { showMoment } from "../../kit/dates";
import { Panel, Row, Stack } from "../../kit/Layout";
import { ErrorNotice, Notice } from "../../kit/Notes";
import css from "../../kit/sync.module.css";
import { PROBLEM_WORDS, sortProblems } from "../../kit/words/sync";
import { ClockOff } from "./Contact";

/** What sync found wrong, each with what to do. */
export function Problems(props: { problems: readonly Problem[]; clockMs: number | null }) {
  const { t, i18n } = useLingui();
  const answers = useQueryClient();
  const seen = useAct("sync_seen");
  return (
    <Panel title={<Trans>Problems</Trans>} count={props.problems.length}>
      <Stack>
        {sortProblems(props.problems).map((problem) => {
          const words = PROBLEM_WORDS[problem.kind];
          return (
            <Notice
              key={`${problem.kind} ${problem.device} ${problem.at_ms}`}
              tone="warn"
              title={t(words.title)}
              testId="sync-problem"
            >
              <p>{t(words.advice)}</p>
              <p className={css.quiet}>
                {problem.device ? (
                  <>
                    <Trans>
                      Device: <bdi>{problem.device}</bdi>
                    </Trans>
                    {" · "}
                  </>
                ) : null}
                {problem.kind === "clock" && props.clockMs !== null ? (
                  <>
                    <ClockOff ms={props.clockMs} />
                    {" · "}
                  </>
                ) : null}
                <Trans>last seen {showMoment(problem.at_ms, i18n.locale)}</Trans>
                {problem.count > 1 ? (
                  <>
                    {" · "}
                    <Plural value={problem.count} one="once" other="# times" />
                  </>
                ) : null}
              </p>
            </Notice>
          );
        })}
        {seen.error ? <ErrorNotice error={seen.error} /> : null}
        <Row spread>
          <span className={css.quiet}>
            <Trans>What is still wrong is found again and comes back.</Trans>
          </span>
          <Button
            variant="default"
            loading={seen.isPending}
            onClick={() => seen.mutate({}, { onSuccess: (next) => answers.setQueryData(["sync_status", {}], next) })}
            data-testid="sync-seen"
          >
            <Trans>I have read these</Trans>
          </Button>
        </Row>
      </Stack>
    </Panel>
  );
}
