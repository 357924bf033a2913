import { Trans, useLingui } from "@lingui/react/macro";
import type { ObservationSeries } from "../../bridge";
import css from "../../kit/block.module.css";
import { showWhen } from "../../kit/dates";
import { cell, Table } from "../../kit/Layout";
import { tidyNumber } from "../../kit/numbers";
import { LineChart } from "../../kit/Trend";
import type { Range, Sample } from "../../kit/trend";
import { interpretationOf, withoutUnit } from "./interpretation";

/** One value over time: its line where there is one to draw, and every reading in a table. */
export function SeriesDetail(props: { series: ObservationSeries; samples: readonly Sample[] }) {
  const { t, i18n } = useLingui();
  const { series, samples } = props;
  const usual: Partial<Range> = {};
  const newest = series.points[0];
  if (typeof newest?.low === "number") usual.low = newest.low;
  if (typeof newest?.high === "number") usual.high = newest.high;
  return (
    <div className={css.trend}>
      {samples.length > 1 ? <LineChart samples={samples} usual={usual} name={series.what.text} /> : null}
      <Table
        label={t`Readings of ${series.what.text}`}
        scroll
        head={
          <>
            <th scope="col">
              <Trans>When</Trans>
            </th>
            <th scope="col">{series.unit ? <Trans>Value ({series.unit})</Trans> : <Trans>Value</Trans>}</th>
            <th scope="col">
              <Trans>Usual range</Trans>
            </th>
          </>
        }
      >
        {series.points.map((point) => {
          const said = interpretationOf(point.interpretation, t);
          return (
            <tr key={point.id}>
              <td className={cell.fixed}>{showWhen(point.at, i18n.locale) ?? t`date unknown`}</td>
              <td>
                {tidyNumber(withoutUnit(point.text, series.unit))}{" "}
                {said ? <strong className={said.alarming ? css.high : undefined}>{said.word}</strong> : null}
              </td>
              <td className={cell.fixed}>{rangeText(point.low, point.high)}</td>
            </tr>
          );
        })}
      </Table>
    </div>
  );
}

function rangeText(low: number | null, high: number | null): string {
  if (low !== null && high !== null) return `${low} – ${high}`;
  if (low !== null) return `≥ ${low}`;
  return high !== null ? `≤ ${high}` : "";
}
