import { Trans, useLingui } from "@lingui/react/macro";
import { LockKeyhole } from "lucide-react";
import type { PatientRow } from "../bridge";
import { showDate } from "./dates";
import css from "./list.module.css";
import { Chip } from "./Notes";
import { bannerName } from "./names";
import { ageWords } from "./words/age";
import { GENDER_WORDS } from "./words/roles";

export function PatientLineHead() {
  return (
    <div className={css.head} aria-hidden>
      <span>
        <Trans>Name</Trans>
      </span>
      <span>
        <Trans>Born (age)</Trans>
      </span>
      <span>
        <Trans>Gender</Trans>
      </span>
      <span>
        <Trans>MRN</Trans>
      </span>
      <span>
        <Trans>Phone</Trans>
      </span>
      <span>
        <Trans>City</Trans>
      </span>
    </div>
  );
}

/** The cells of one patient in any list: name, birth date and MRN are always there. */
export function PatientLine(props: { row: PatientRow }) {
  const { t } = useLingui();
  const { row } = props;
  return (
    <>
      <span className={css.name}>
        <bdi>{bannerName(row)}</bdi>
        {row.preferred && row.preferred !== row.given ? <small> “{row.preferred}”</small> : null}
        <span className={css.chips}>
          {row.restricted ? (
            <Chip tone="warn" icon={<LockKeyhole size={12} aria-hidden />}>
              <Trans>restricted</Trans>
            </Chip>
          ) : null}
          {row.same_name ? (
            <Chip tone="warn">
              <Trans>same name</Trans>
            </Chip>
          ) : null}
          {row.deceased ? (
            <Chip tone="plain">
              <Trans>deceased</Trans>
            </Chip>
          ) : null}
          {row.removed ? (
            <Chip tone="plain">
              <Trans>removed</Trans>
            </Chip>
          ) : null}
        </span>
      </span>
      <span className={css.mono}>
        <BornWithAge birthDate={row.birth_date} age={row.deceased ? null : row.age} />
      </span>
      <span>{row.gender ? t(GENDER_WORDS[row.gender]) : <Trans>Unknown</Trans>}</span>
      <span className={css.mono}>{row.mrn || <Trans>none</Trans>}</span>
      <span className={css.mono}>{row.phone}</span>
      <span>
        <bdi>{row.city}</bdi>
      </span>
    </>
  );
}

/** 03-Apr-1980 (46 y); a birth date that is not known says so. */
export function BornWithAge(props: { birthDate: string | null; age: string | null }) {
  const { t, i18n } = useLingui();
  const date = showDate(props.birthDate, i18n.locale);
  if (!date) return <Trans>unknown</Trans>;
  return (
    <>
      {date}
      {props.age ? ` (${ageWords(props.age, t)})` : ""}
    </>
  );
}
