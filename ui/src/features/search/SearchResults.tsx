import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { TriangleAlert, UserPlus } from "lucide-react";
import { useEffect, useRef } from "react";
import type { PatientRow, PatientSearchResult } from "../../bridge";
import { showDate } from "../../kit/dates";
import css from "../../kit/list.module.css";
import { Chip, ErrorNotice, Loading } from "../../kit/Notes";
import { namesFromQuery } from "../../kit/names";
import { PatientLine, PatientLineHead } from "../../kit/PatientLine";
import { useRights } from "../../kit/session";
import type { Search } from "./useSearch";

export const SEARCH_LIST_ID = "patient-rows";

export function rowId(row: PatientRow): string {
  return `patient-row-${row.id}`;
}

/** What was found, with three identifiers in every row. */
export function SearchResults(props: { search: Search; total: number; onRegister: (query: string) => void }) {
  const { t } = useLingui();
  const { search } = props;
  return (
    <div className={css.sheet}>
      <div className={css.top}>
        <h1>{search.recent ? <Trans>Opened last</Trans> : <Trans>Patients found</Trans>}</h1>
        <span className={css.quiet} role="status" data-testid="search-count">
          <Count search={search} total={props.total} />
        </span>
        {search.result ? <Understood result={search.result} /> : null}
        {search.rows.some((row) => row.same_name) ? (
          <span role="alert" data-testid="same-name">
            <Chip tone="warn" icon={<TriangleAlert size={12} aria-hidden />}>
              <Trans>Patients with the same name: compare birth date and MRN</Trans>
            </Chip>
          </span>
        ) : null}
      </div>
      {search.error ? (
        <ErrorNotice error={search.error} onRetry={search.retry} />
      ) : (
        <div className={css.box}>
          {search.rows.length > 0 ? <PatientLineHead /> : null}
          <div id={SEARCH_LIST_ID} role="listbox" aria-label={t`Patients`} tabIndex={-1}>
            {search.rows.map((row, index) => (
              <Option key={row.id} search={search} row={row} index={index} />
            ))}
          </div>
          {search.rows.length === 0 ? (
            search.pending ? (
              <div className={css.nothing}>
                <Loading />
              </div>
            ) : (
              <Nothing search={search} onRegister={props.onRegister} />
            )
          ) : null}
        </div>
      )}
    </div>
  );
}

function Option(props: { search: Search; row: PatientRow; index: number }) {
  const { search, row, index } = props;
  const selected = search.selected === index;
  const line = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (selected) line.current?.scrollIntoView({ block: "nearest" });
  }, [selected]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the search field handles the keys of its list
    <div
      ref={line}
      id={rowId(row)}
      role="option"
      aria-selected={selected}
      tabIndex={-1}
      className={css.line}
      data-testid="search-row"
      data-removed={row.removed}
      onClick={() => search.open(row)}
    >
      <PatientLine row={row} />
    </div>
  );
}

function Count(props: { search: Search; total: number }) {
  const { search, total } = props;
  if (search.recent) return <Plural value={total} one="of # patient" other="of # patients" />;
  if (!search.result) return null;
  const count = search.result.rows.length;
  if (search.result.more) return <Trans>the best {count}; type more to see fewer</Trans>;
  return <Plural value={count} one="# patient" other="# patients" />;
}

/** How the typed text was read, so that a misread date is seen. */
function Understood(props: { result: PatientSearchResult }) {
  const { i18n } = useLingui();
  const { birth_date, phone, mrn } = props.result.understood;
  return (
    <>
      {birth_date ? (
        <Chip tone="info">
          <Trans>born {showDate(birth_date, i18n.locale) ?? birth_date}</Trans>
        </Chip>
      ) : null}
      {phone ? (
        <Chip tone="info">
          <Trans>phone {phone}</Trans>
        </Chip>
      ) : null}
      {mrn ? (
        <Chip tone="info">
          <Trans>MRN {mrn}</Trans>
        </Chip>
      ) : null}
    </>
  );
}

function Nothing(props: { search: Search; onRegister: (query: string) => void }) {
  const rights = useRights();
  const { query, recent } = props.search;
  const { given, family } = namesFromQuery(query);
  const name = [given, family].filter((part) => part !== "").join(" ");
  return (
    <div className={css.nothing}>
      <p>
        {recent ? (
          <Trans>Nobody was opened here yet. Type a name, a birth date, a phone number or an MRN above.</Trans>
        ) : (
          <Trans>
            Nobody matches “{query.trim()}”. Names in any order, one typing error and any date format are understood.
          </Trans>
        )}
      </p>
      {rights.write ? (
        <Button
          leftSection={<UserPlus size={16} aria-hidden />}
          onClick={() => props.onRegister(query)}
          data-testid="register-from-search"
        >
          {name === "" ? <Trans>Register a new patient</Trans> : <Trans>Register {name} as a new patient</Trans>}
        </Button>
      ) : null}
    </div>
  );
}
