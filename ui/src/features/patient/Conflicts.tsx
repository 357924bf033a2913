import { Trans, useLingui } from "@lingui/react/macro";
import { Link } from "react-router";
import type { FieldConflict } from "../../bridge";
import { showDate, showInstant } from "../../kit/dates";
import { Notice } from "../../kit/Notes";
import { plainJson } from "../../kit/plainJson";
import { elementWords } from "../../kit/words/elements";

/** Two devices wrote different values without having seen each other: both are shown until a person settles it. */
export function Conflicts(props: { patient: string; conflicts: readonly FieldConflict[] }) {
  const { t, i18n } = useLingui();
  return (
    <Notice tone="warn" title={<Trans>Two versions of the same fact</Trans>}>
      {props.conflicts.map((conflict) => (
        <p key={conflict.element}>
          {elementWords(conflict.element, t)}:{" "}
          {conflict.values.map(({ value, by, at_ms }, index) => (
            <span key={`${at_ms} ${value}`}>
              {index > 0 ? " · " : null}
              <strong>{showDate(plainJson(value), i18n.locale) ?? (plainJson(value) || t`cleared`)}</strong> (
              {[by, showInstant(at_ms, i18n.locale)].filter(Boolean).join(", ")})
            </span>
          ))}
        </p>
      ))}
      <Link to="/review" state={{ patient: props.patient }}>
        <Trans>Review and settle</Trans>
      </Link>
    </Notice>
  );
}
