import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { Trans, useLingui } from "@lingui/react/macro";
import type { FieldConflict } from "../../bridge";
import { showDate, showInstant } from "../../kit/dates";
import { Notice } from "../../kit/Notes";
import { plainJson } from "../../kit/plainJson";
import { labelOf } from "../../kit/words/person";

const ELEMENTS: Record<string, MessageDescriptor> = {
  birthDate: msg`Born`,
  gender: msg`Gender`,
  name: msg`Name`,
  telecom: msg`Phone and e-mail`,
  address: msg`Addresses`,
  identifier: msg`Identifiers`,
  contact: msg`Next of kin`,
  deceasedBoolean: msg`Deceased`,
  deceasedDateTime: msg`Deceased`,
  maritalStatus: msg`Marital status`,
  communication: msg`Language`,
};

/** Two devices wrote different values without having seen each other: both are shown until a person settles it. */
export function Conflicts(props: { conflicts: readonly FieldConflict[] }) {
  const { t, i18n } = useLingui();
  return (
    <Notice tone="warn" title={<Trans>Two versions of the same fact: edit the patient to settle it</Trans>}>
      {props.conflicts.map((conflict) => (
        <p key={conflict.element}>
          {labelOf(ELEMENTS, conflict.element, t)}:{" "}
          {conflict.values.map(({ value, by, at_ms }, index) => (
            <span key={`${at_ms} ${value}`}>
              {index > 0 ? " · " : null}
              <strong>{showDate(plainJson(value), i18n.locale) ?? (plainJson(value) || t`cleared`)}</strong> (
              {[by, showInstant(at_ms, i18n.locale)].filter(Boolean).join(", ")})
            </span>
          ))}
        </p>
      ))}
    </Notice>
  );
}
