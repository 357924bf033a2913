import { Trans } from "@lingui/react/macro";
import { useAsk } from "../../bridge";
import { Block } from "../../kit/Block";
import css from "../../kit/block.module.css";

/** What was imported and has no view yet: kept word for word, and counted, so that nothing seems to have vanished. */
export function OtherRecords(props: { patient: string }) {
  const other = useAsk("chart_other", { patient: props.patient });
  return (
    <Block
      title={<Trans>Kept, without a view yet</Trans>}
      ask={other}
      isEmpty={(kinds) => kinds.length === 0}
      empty={<Trans>Nothing else.</Trans>}
      testId="chart-other"
    >
      {(kinds) => (
        <ul className={css.list}>
          {kinds.map((kind) => (
            <li key={kind.resource_type}>
              <span>{kind.resource_type}</span>
              <span className={css.when}>{kind.count}</span>
            </li>
          ))}
        </ul>
      )}
    </Block>
  );
}
