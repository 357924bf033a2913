import { Trans, useLingui } from "@lingui/react/macro";
import { clsx } from "clsx";
import { CircleAlert, CircleCheck, Info, LockKeyhole, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import type { CommandError } from "../bridge";
import css from "./notes.module.css";
import { errorWords } from "./words/errors";
import { fieldWords } from "./words/fields";

export type Tone = "danger" | "warn" | "good" | "info" | "plain";

const ICONS = { danger: CircleAlert, warn: TriangleAlert, good: CircleCheck, info: Info, plain: Info };

/** A boxed message. Its tone has an icon and words, never colour alone. Red is kept for clinical danger. */
export function Notice(props: {
  tone: Tone;
  title?: ReactNode;
  children?: ReactNode;
  actions?: ReactNode;
  alert?: boolean;
  testId?: string;
  icon?: typeof Info;
}) {
  const Icon = props.icon ?? ICONS[props.tone];
  return (
    <div
      className={clsx(css.note, css[props.tone])}
      role={props.alert ? "alert" : undefined}
      data-testid={props.testId}
    >
      <Icon size={16} aria-hidden />
      <div className={css.body}>
        {props.title ? <p className={css.title}>{props.title}</p> : null}
        {props.children ? <div className={css.text}>{props.children}</div> : null}
        {props.actions ? <div className={css.actions}>{props.actions}</div> : null}
      </div>
    </div>
  );
}

/** An error of the program in words, with what to do and the place it names. */
export function ErrorNotice(props: {
  error: CommandError;
  onRetry?: () => void;
  testId?: string;
  children?: ReactNode;
}) {
  const { t } = useLingui();
  const words = errorWords(props.error);
  const file = props.error.detail?.file;
  const field = props.error.field ? fieldWords(props.error.field, t) : null;
  const { onRetry } = props;
  return (
    <Notice
      tone="warn"
      title={t(words.title)}
      alert
      testId={props.testId ?? "error-notice"}
      actions={
        onRetry ? (
          <button type="button" className={css.chip} onClick={onRetry}>
            <Trans>Try again</Trans>
          </button>
        ) : null
      }
    >
      <p>{t(words.advice)}</p>
      {field ? (
        <p className={css.extra}>
          <Trans>Field: {field}</Trans>
        </p>
      ) : null}
      {file ? (
        <p className={css.extra}>
          <Trans>File: {file}</Trans>
        </p>
      ) : null}
      {props.children}
    </Notice>
  );
}

export function Chip(props: { tone: Tone; children: ReactNode; icon?: ReactNode }) {
  return (
    <span className={clsx(css.chip, css[props.tone])}>
      {props.icon}
      {props.children}
    </span>
  );
}

export function Empty(props: { children: ReactNode }) {
  return <p className={css.empty}>{props.children}</p>;
}

/** Holds the place while something loads, so that nothing jumps. */
export function Loading(props: { lines?: number }) {
  const { t } = useLingui();
  return (
    <div className={css.bars} role="status" aria-label={t`Loading`}>
      {Array.from({ length: props.lines ?? 3 }, (_, line) => line).map((line) => (
        <div key={line} className={css.bar} />
      ))}
    </div>
  );
}

/** In the place of what this person's role may not see. */
export function Hidden(props: { children?: ReactNode }) {
  return (
    <Notice tone="plain" icon={LockKeyhole} title={<Trans>Hidden: needs the clinician role</Trans>}>
      {props.children}
    </Notice>
  );
}
