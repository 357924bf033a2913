import { useLingui } from "@lingui/react/macro";
import type { UseQueryResult } from "@tanstack/react-query";
import { type ReactNode, useId, useState } from "react";
import type { CommandError, ObservationSeries } from "../../bridge";
import { Block } from "../../kit/Block";
import css from "../../kit/block.module.css";
import { showDate } from "../../kit/dates";
import { tidyNumber } from "../../kit/numbers";
import { Spark } from "../../kit/Trend";
import { type Sample, timeOf } from "../../kit/trend";
import { interpretationOf, withoutUnit } from "./interpretation";
import { SeriesDetail } from "./SeriesDetail";

const FIRST = 12;

/** Values with their newest reading, its trend, and all of them on request. */
export function Observations(props: {
  title: ReactNode;
  ask: UseQueryResult<ObservationSeries[], CommandError>;
  empty: ReactNode;
  testId: string;
}) {
  const [all, setAll] = useState(false);
  const { t } = useLingui();
  return (
    <Block
      title={props.title}
      ask={props.ask}
      count={(series) => series.length}
      isEmpty={(series) => series.length === 0}
      empty={props.empty}
      testId={props.testId}
    >
      {(found) => {
        const series = systolicFirst(found);
        const rest = series.length - FIRST;
        return (
          <>
            <div className={css.series}>
              {(all ? series : series.slice(0, FIRST)).map((one) => (
                <Series
                  key={`${one.what.system ?? ""}|${one.what.code ?? one.what.text}|${one.unit ?? ""}`}
                  series={one}
                />
              ))}
            </div>
            {rest > 0 ? (
              <button type="button" className={css.more} aria-expanded={all} onClick={() => setAll(!all)}>
                {all ? t`Show fewer` : t`Show ${rest} more`}
              </button>
            ) : null}
          </>
        );
      }}
    </Block>
  );
}

function Series(props: { series: ObservationSeries }) {
  const { t, i18n } = useLingui();
  const { series } = props;
  const [open, setOpen] = useState(false);
  const detail = useId();
  const newest = series.points[0];
  if (!newest) return null;
  const said = interpretationOf(newest.interpretation, t);
  const value = withoutUnit(newest.text, series.unit);
  return (
    <div>
      <button
        type="button"
        className={css.seriesRow}
        aria-expanded={open}
        aria-controls={open ? detail : undefined}
        onClick={() => setOpen(!open)}
      >
        <span>{series.what.text || t`unnamed`}</span>
        <span className={css.when}>{showDate(newest.at, i18n.locale) ?? t`date unknown`}</span>
        <span className={said?.alarming ? `${css.value} ${css.high}` : css.value}>
          {tidyNumber(value)} {series.unit ? <small>{series.unit}</small> : null}{" "}
          {said ? <span>{said.word}</span> : null}
        </span>
        <Spark samples={samplesOf(series)} name={series.what.text} />
      </button>
      {open ? (
        <div id={detail}>
          <SeriesDetail series={series} samples={samplesOf(series)} />
        </div>
      ) : null}
    </div>
  );
}

const SYSTOLIC = "8480-6";
const DIASTOLIC = "8462-4";

/** Blood pressure is read as systolic over diastolic, whichever was written first. */
function systolicFirst(series: readonly ObservationSeries[]): ObservationSeries[] {
  const sorted = [...series];
  const low = sorted.findIndex((one) => one.what.code === DIASTOLIC);
  const high = sorted.findIndex((one) => one.what.code === SYSTOLIC);
  if (low >= 0 && high > low) sorted.splice(low, 0, ...sorted.splice(high, 1));
  return sorted;
}

/** Values that are numbers, oldest first. */
function samplesOf(series: ObservationSeries): Sample[] {
  return series.points
    .flatMap(({ at, value }) => {
      const atMs = timeOf(at);
      return value === null || atMs === null ? [] : [{ atMs, value }];
    })
    .sort((a, b) => a.atMs - b.atMs);
}
