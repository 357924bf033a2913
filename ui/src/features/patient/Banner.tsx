import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { LockKeyhole, Pencil, StickyNote } from "lucide-react";
import type { Ref } from "react";
import type { PatientDetail } from "../../bridge";
import css from "../../kit/banner.module.css";
import { showDate } from "../../kit/dates";
import { Chip } from "../../kit/Notes";
import { bannerName } from "../../kit/names";
import { BornWithAge } from "../../kit/PatientLine";
import { isClosed, useGlass } from "../../kit/useGlass";
import { ageWords } from "../../kit/words/age";
import { GENDER_WORDS } from "../../kit/words/roles";
import { AllergyMark } from "./AllergyMark";
import { Marks } from "./Marks";
import { Photo } from "./Photo";

/** Who is on the screen, in the order of the NHS Common User Interface; it never scrolls away. */
export function Banner(props: {
  patient: PatientDetail;
  onEdit?: () => void;
  bannerRef?: Ref<HTMLElement>;
  heading?: boolean;
}) {
  const { t, i18n } = useLingui();
  const { row, draft, has_photo } = props.patient;
  const { deceased } = draft;
  const mine = useGlass();
  // Over a form the form has the heading.
  const Name = props.heading ? "h1" : "p";
  const diedOn = deceased.kind === "on" ? (showDate(deceased.date, i18n.locale) ?? deceased.date) : null;
  return (
    <section
      ref={props.bannerRef ?? null}
      className={row.deceased ? `${css.banner} ${css.deceased}` : css.banner}
      aria-label={t`Patient`}
      data-testid="patient-banner"
    >
      <Photo patient={row.id} has={has_photo} />
      <Name className={css.name}>
        <bdi>{bannerName({ family: row.family, given: row.given, title: titleOf(props.patient) })}</bdi>
        {row.preferred && row.preferred !== row.given ? (
          <small>
            {" "}
            <Trans>
              called <bdi>“{row.preferred}”</bdi>
            </Trans>
          </small>
        ) : null}
      </Name>
      <dl className={css.facts}>
        <div>
          <dt>
            <Trans>Born</Trans>
          </dt>
          <dd>
            <BornWithAge birthDate={row.birth_date} age={row.deceased ? null : row.age} />
          </dd>
        </div>
        {row.deceased ? (
          <div>
            <dt>
              <Trans>Deceased</Trans>
            </dt>
            <dd>
              {diedOn ?? <Trans>date unknown</Trans>}
              {row.age ? ` (${ageWords(row.age, t)})` : ""}
            </dd>
          </div>
        ) : null}
        <div>
          <dt>
            <Trans>Gender</Trans>
          </dt>
          <dd>{row.gender ? t(GENDER_WORDS[row.gender]) : <Trans>Unknown</Trans>}</dd>
        </div>
        <div>
          <dt>
            <Trans>MRN</Trans>
          </dt>
          <dd>{row.mrn || <Trans>none</Trans>}</dd>
        </div>
      </dl>
      <div className={css.side}>
        {row.restricted ? (
          <span data-testid="restricted">
            <Chip tone="warn" icon={<LockKeyhole size={12} aria-hidden />}>
              <Trans>Restricted</Trans>
            </Chip>
          </span>
        ) : null}
        <Marks patient={props.patient} />
        <AllergyMark patient={row.id} closed={isClosed(props.patient, mine)} />
        {props.onEdit ? (
          <Button
            variant="default"
            leftSection={<Pencil size={16} aria-hidden />}
            onClick={props.onEdit}
            data-testid="edit-button"
          >
            <Trans>Edit</Trans>
          </Button>
        ) : null}
      </div>
      {draft.emergency_note ? (
        <p className={css.note}>
          <StickyNote size={14} aria-hidden />
          <strong>
            <Trans>Front desk:</Trans>
          </strong>
          <span>{draft.emergency_note}</span>
        </p>
      ) : null}
    </section>
  );
}

function titleOf(patient: PatientDetail): string {
  const { names } = patient.draft;
  const shown = names.find((name) => name.family === patient.row.family && name.given === patient.row.given);
  return (shown ?? names[0])?.prefix ?? "";
}
