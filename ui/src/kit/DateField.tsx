import { Trans, useLingui } from "@lingui/react/macro";
import { TextInput } from "@mantine/core";
import { dateOrder, readTyped, showDate, todayAsDate, toIso, yearsBetween } from "./dates";
import css from "./form.module.css";
import { useSession } from "./session";

/** A calendar date, whole or in part, typed in any usual way; what was understood is shown below it. */
export function DateField(props: {
  label: string;
  text: string;
  onChange: (text: string) => void;
  showAge?: boolean;
  error?: string | null;
  testId?: string;
}) {
  const { t, i18n } = useLingui();
  const order = dateOrder(useSession().settings.default_region);
  const today = todayAsDate();
  const date = readTyped(props.text, order, today);
  const shown = date ? showDate(toIso(date), i18n.locale) : null;
  const years = date && props.showAge ? yearsBetween(date, today) : null;
  const understood = !shown ? null : years === null ? (
    shown
  ) : (
    <Trans>
      {shown}, {years} years
    </Trans>
  );
  const hint = order === "day_first" ? t`such as 3.4.1980, Apr 1980 or 1980` : t`such as 4/3/1980, Apr 1980 or 1980`;
  return (
    <TextInput
      label={props.label}
      value={props.text}
      onChange={(event) => props.onChange(event.currentTarget.value)}
      maxLength={40}
      autoComplete="off"
      inputWrapperOrder={["label", "input", "description", "error"]}
      description={understood ? <span className={css.understood}>{understood}</span> : hint}
      error={props.error}
      data-testid={props.testId}
    />
  );
}
