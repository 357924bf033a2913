import { Trans, useLingui } from "@lingui/react/macro";
import type { FieldConflict } from "../../bridge";
import { showInstant } from "../../kit/dates";
import { Notice } from "../../kit/Notes";

/** Two devices wrote different values without having seen each other: both are shown until a person settles it. */
export function Conflicts(props: { conflicts: readonly FieldConflict[] }) {
  const { i18n } = useLingui();
  return (
    <Notice tone="warn" title={<Trans>Two versions of the same fact: edit the patient to settle it</Trans>}>
      <ul>
        {props.conflicts.map((conflict) => (
          <li key={conflict.element}>
            <strong>{conflict.element}</strong>:{" "}
            {conflict.values
              .map(
                ({ value, by, at_ms }) =>
                  `${value} (${[by, showInstant(at_ms, i18n.locale)].filter(Boolean).join(", ")})`,
              )
              .join(" · ")}
          </li>
        ))}
      </ul>
    </Notice>
  );
}
