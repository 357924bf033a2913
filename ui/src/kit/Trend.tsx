import { useLingui } from "@lingui/react/macro";
import { useEffect, useRef, useState } from "react";
import css from "./block.module.css";
import { showDate } from "./dates";
import { tidyNumber } from "./numbers";
import { marks, place, type Range, rangeOf, type Sample } from "./trend";

const SPARK = { width: 96, height: 20, inset: 2 };

/** A trend at a glance, beside the newest value. */
export function Spark(props: { samples: readonly Sample[]; name: string }) {
  const { t } = useLingui();
  const { samples, name } = props;
  if (samples.length < 2) return <span />;
  const { width, height, inset } = SPARK;
  const range = rangeOf(samples.map((sample) => sample.value));
  const points = place(samples, range, width - 2 * inset, height - 2 * inset);
  const last = points.at(-1);
  const count = samples.length;
  return (
    <svg
      className={css.spark}
      viewBox={`${-inset} ${-inset} ${width} ${height}`}
      role="img"
      aria-label={t`Trend of ${name}, ${count} values`}
    >
      <polyline className={css.line} points={points.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ")} />
      {last ? <circle className={css.point} cx={last.x} cy={last.y} r={2} /> : null}
    </svg>
  );
}

const PLOT = { height: 160, left: 44, right: 12, top: 8, bottom: 20 };

/** A line over time with the usual range behind it. The values themselves stand in a table beside it. */
export function LineChart(props: { samples: readonly Sample[]; usual: Partial<Range>; name: string }) {
  const { i18n, t } = useLingui();
  const { samples, usual, name } = props;
  const [box, width] = useWidth();
  const inner = { width: Math.max(50, width - PLOT.left - PLOT.right), height: PLOT.height - PLOT.top - PLOT.bottom };
  const known = [usual.low, usual.high].filter((value) => value !== undefined);
  const range = rangeOf([...samples.map((sample) => sample.value), ...known]);
  const points = place(samples, range, inner.width, inner.height);
  const y = (value: number) => inner.height - ((value - range.low) / (range.high - range.low)) * inner.height;
  const top = y(usual.high ?? range.high);
  const first = samples[0];
  const last = samples.at(-1);
  return (
    <div ref={box}>
      <svg
        className={css.plot}
        viewBox={`0 0 ${Math.max(width, 1)} ${PLOT.height}`}
        role="img"
        aria-label={t`${name} over time`}
      >
        <g transform={`translate(${PLOT.left} ${PLOT.top})`}>
          {known.length > 0 ? (
            <rect
              className={css.band}
              x={0}
              y={top}
              width={inner.width}
              height={Math.max(0, y(usual.low ?? range.low) - top)}
            />
          ) : null}
          {marks(range).map((mark) => (
            <g key={mark}>
              <line className={css.grid} x1={0} x2={inner.width} y1={y(mark)} y2={y(mark)} />
              <text className={css.label} x={-6} y={y(mark) + 4} textAnchor="end">
                {tidyNumber(String(mark))}
              </text>
            </g>
          ))}
          <polyline className={css.line} points={points.map((point) => `${point.x},${point.y}`).join(" ")} />
          {points.map((point, index) => (
            <circle key={samples[index]?.atMs} className={css.point} cx={point.x} cy={point.y} r={2.5} />
          ))}
          {first && last && first !== last ? (
            <>
              <text className={css.label} x={0} y={inner.height + 15}>
                {dayOf(first.atMs, i18n.locale)}
              </text>
              <text className={css.label} x={inner.width} y={inner.height + 15} textAnchor="end">
                {dayOf(last.atMs, i18n.locale)}
              </text>
            </>
          ) : null}
        </g>
      </svg>
    </div>
  );
}

function dayOf(atMs: number, language: string): string {
  const at = new Date(atMs);
  const iso = `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, "0")}-${String(at.getDate()).padStart(2, "0")}`;
  return showDate(iso, language) ?? "";
}

function useWidth(): [React.RefObject<HTMLDivElement | null>, number] {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(480);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const watcher = new ResizeObserver(() => setWidth(element.clientWidth));
    watcher.observe(element);
    return () => watcher.disconnect();
  }, []);
  return [box, width];
}
