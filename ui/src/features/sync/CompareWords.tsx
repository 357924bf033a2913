import { Trans, useLingui } from "@lingui/react/macro";
import { useAsk } from "../../bridge";
import { Panel, Stack } from "../../kit/Layout";
import { ErrorNotice, Loading } from "../../kit/Notes";
import css from "../../kit/sync.module.css";
import { Words } from "../../kit/Words";

/** Six words that are the same on two screens when both have seen the same. */
export function CompareWords() {
  const { t } = useLingui();
  const words = useAsk("clinic_words", {}, { staleTime: 0, refetchInterval: 10_000 });
  return (
    <Panel title={<Trans>The clinic’s words now</Trans>}>
      <Stack>
        <p className={css.text}>
          <Trans>
            Compare them with another computer of the clinic, side by side or on the phone, when both are in step. The
            same words: both have the same devices and have seen the same changes, whatever the server says. Other
            words: press “Sync now” on both and compare again; if they stay different, something is wrong.
          </Trans>
        </p>
        {words.error ? (
          <ErrorNotice error={words.error} onRetry={() => void words.refetch()} />
        ) : words.data ? (
          <Words words={words.data.words} label={t`The clinic’s words now`} testId="clinic-words" />
        ) : (
          <Loading lines={2} />
        )}
      </Stack>
    </Panel>
  );
}
