import { clsx } from "clsx";
import type { CSSProperties, ReactNode } from "react";
import css from "./layout.module.css";

/** One screen: its heading, what can be done there, its content. */
export function Page(props: {
  title: ReactNode;
  lead?: ReactNode;
  actions?: ReactNode;
  narrow?: boolean;
  children: ReactNode;
}) {
  return (
    <div className={clsx(css.page, props.narrow && css.narrow)}>
      <div className={css.head}>
        <h1 tabIndex={-1}>{props.title}</h1>
        {props.actions}
      </div>
      {props.lead ? <p className={css.lead}>{props.lead}</p> : null}
      {props.children}
    </div>
  );
}

/** A titled box. `flush` leaves the padding to its content. */
export function Panel(props: {
  title?: ReactNode;
  count?: ReactNode;
  actions?: ReactNode;
  flush?: boolean;
  label?: string;
  children: ReactNode;
}) {
  return (
    <section className={css.panel} aria-label={props.label}>
      {props.title ? (
        <div className={css.panelHead}>
          <h2>{props.title}</h2>
          <span className={css.count}>{props.count}</span>
          {props.actions}
        </div>
      ) : null}
      <div className={props.flush ? css.flush : css.panelBody}>{props.children}</div>
    </section>
  );
}

export function Stack(props: { children: ReactNode }) {
  return <div className={css.stack}>{props.children}</div>;
}

export function Row(props: { children: ReactNode; spread?: boolean; end?: boolean }) {
  return <div className={clsx(css.row, props.spread && css.spread, props.end && css.end)}>{props.children}</div>;
}

/** As many columns as fit, each at least `min` wide. */
export function Columns(props: { children: ReactNode; min?: string }) {
  const style = { "--wk-column": props.min ?? "22rem" } as CSSProperties;
  return (
    <div className={css.columns} style={style}>
      {props.children}
    </div>
  );
}

/** Names and values. A value that is not known says so in words. */
export function Facts(props: { children: ReactNode }) {
  return <dl className={css.facts}>{props.children}</dl>;
}

export function Fact(props: { name: ReactNode; children: ReactNode }) {
  return (
    <>
      <dt>{props.name}</dt>
      <dd>{props.children}</dd>
    </>
  );
}

export function Unknown(props: { children: ReactNode }) {
  return <span className={css.unknown}>{props.children}</span>;
}

export function Table(props: { label: string; head: ReactNode; children: ReactNode; scroll?: boolean }) {
  const table = (
    <table className={css.table} aria-label={props.label}>
      <thead>
        <tr>{props.head}</tr>
      </thead>
      <tbody>{props.children}</tbody>
    </table>
  );
  if (!props.scroll) return table;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className={css.scroll} tabIndex={0} aria-label={props.label}>
      {table}
    </section>
  );
}

export const cell = { numeric: css.numeric ?? "", fixed: css.fixed ?? "" };
