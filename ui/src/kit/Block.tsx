import { Trans } from "@lingui/react/macro";
import type { UseQueryResult } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import type { CommandError } from "../bridge";
import css from "./block.module.css";
import { Panel } from "./Layout";
import { Empty, ErrorNotice, Loading } from "./Notes";

/** A part of a page that loads and fails by itself. A failure is never shown as an empty list. */
export function Block<T>(props: {
  title: ReactNode;
  ask: UseQueryResult<T, CommandError>;
  count?: (data: T) => number;
  isEmpty: (data: T) => boolean;
  empty: ReactNode;
  actions?: ReactNode;
  testId?: string;
  children: (data: T) => ReactNode;
}) {
  const { ask } = props;
  const data = ask.data;
  return (
    <div data-testid={props.testId}>
      <Panel
        title={props.title}
        count={data !== undefined && !ask.error && props.count ? props.count(data) : null}
        actions={props.actions}
      >
        {ask.error ? (
          <ErrorNotice error={ask.error} onRetry={() => void ask.refetch()} />
        ) : data === undefined ? (
          <Loading />
        ) : props.isEmpty(data) ? (
          <Empty>{props.empty}</Empty>
        ) : (
          props.children(data)
        )}
      </Panel>
    </div>
  );
}

/** The first few of a long list, the rest on request. */
export function Shortened<T>(props: { items: readonly T[]; first: number; children: (item: T) => ReactNode }) {
  const [all, setAll] = useState(false);
  const { items, first } = props;
  const rest = items.length - first;
  return (
    <>
      <ul className={css.list}>{(all || rest <= 0 ? items : items.slice(0, first)).map(props.children)}</ul>
      {rest > 0 ? (
        <button type="button" className={css.more} aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? <Trans>Show fewer</Trans> : <Trans>Show {rest} more</Trans>}
        </button>
      ) : null}
    </>
  );
}
