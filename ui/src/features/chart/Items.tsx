import { Plural, useLingui } from "@lingui/react/macro";
import type { UseQueryResult } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import type { ChartItem, CommandError } from "../../bridge";
import { Block, Shortened } from "../../kit/Block";
import css from "../../kit/block.module.css";
import { showDate } from "../../kit/dates";
import { Chip } from "../../kit/Notes";

/** A block of dated things. `flat` lists all in one; otherwise those that have ended are folded away. */
export function Items(props: {
  title: ReactNode;
  ask: UseQueryResult<ChartItem[], CommandError>;
  empty: ReactNode;
  testId: string;
  first: number;
  flat?: boolean;
}) {
  return (
    <Block
      title={props.title}
      ask={props.ask}
      count={(items) => (props.flat ? items.length : items.filter((item) => item.active).length)}
      isEmpty={(items) => items.length === 0}
      empty={props.empty}
      testId={props.testId}
    >
      {(items) => {
        if (props.flat) return <List items={items} first={props.first} />;
        const ended = items.filter((item) => !item.active);
        return (
          <>
            <List items={items.filter((item) => item.active)} first={props.first} />
            {ended.length > 0 ? <Ended items={ended} /> : null}
          </>
        );
      }}
    </Block>
  );
}

function List(props: { items: readonly ChartItem[]; first: number }) {
  return (
    <Shortened items={props.items} first={props.first}>
      {(item) => <Item key={item.id} item={item} />}
    </Shortened>
  );
}

function Ended(props: { items: readonly ChartItem[] }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" className={css.more} aria-expanded={open} onClick={() => setOpen(!open)}>
        <Plural value={props.items.length} one="# ended" other="# ended" />
      </button>
      {open ? <List items={props.items} first={props.items.length} /> : null}
    </>
  );
}

/** The whole name in every case: a drug's name is never cut off. */
function Item(props: { item: ChartItem }) {
  const { t, i18n } = useLingui();
  const { item } = props;
  const start = showDate(item.start, i18n.locale);
  const end = showDate(item.end, i18n.locale);
  const when = start && end && start !== end ? `${start} – ${end}` : (start ?? end ?? t`date unknown`);
  const detail = [item.detail, item.who].filter(Boolean).join(" · ");
  return (
    <li>
      <span className={css.what}>
        <bdi>{item.what.text || t`unnamed`}</bdi> {showsStatus(item) ? <Chip tone="plain">{item.status}</Chip> : null}
      </span>
      <span className={css.when}>{when}</span>
      {detail ? <span className={css.detail}>{detail}</span> : null}
    </li>
  );
}

const EXPECTED = new Set(["active", "completed", "finished", "final", "resolved", "stopped"]);

/** A status is shown only where it is not what the list says already. */
function showsStatus(item: ChartItem): boolean {
  return item.status !== null && !EXPECTED.has(item.status);
}
