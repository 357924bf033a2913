import { Trans, useLingui } from "@lingui/react/macro";
import { useEffect, useId, useState } from "react";
import { call, type ErrorCode } from "../bridge";
import { door, Rule, type RuleState } from "./Door";
import { PasswordField } from "./PasswordField";

export interface NewPasswordState {
  password: string;
  again: string;
}

/** Asks the program about a password while it is typed; the rules live there, not here. */
export function usePasswordProblem(password: string, userName: string): ErrorCode | "unchecked" | null {
  const [answer, setAnswer] = useState<{ password: string; problem: ErrorCode | null } | null>(null);
  useEffect(() => {
    if (password === "") return;
    let current = true;
    const timer = setTimeout(() => {
      call("password_check", { password, user_name: userName }).then(
        ({ acceptable, problem }) => {
          if (current) setAnswer({ password, problem: acceptable ? null : (problem ?? "invalid") });
        },
        () => undefined,
      );
    }, 120);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [password, userName]);
  return password === "" || answer?.password !== password ? "unchecked" : answer.problem;
}

/** A new password, typed twice, with the rules beside it as they are met. */
export function NewPassword(props: {
  value: NewPasswordState;
  onChange: (value: NewPasswordState) => void;
  problem: ErrorCode | "unchecked" | null;
  testIds: { password: string; again: string };
}) {
  const { t } = useLingui();
  const { value, problem } = props;
  const rules = useId();
  const short = problem === "password_too_short";
  const long = problem === "password_too_long";
  const asked = value.password !== "" && problem !== "unchecked";
  const length: RuleState = !asked ? "open" : short || long ? "unmet" : "met";
  const common: RuleState = !asked || short || long ? "open" : problem === null ? "met" : "unmet";
  const same: RuleState = value.again === "" ? "open" : value.again === value.password ? "met" : "unmet";
  const said = { met: t`done`, unmet: t`not yet`, open: t`not checked yet` };
  return (
    <>
      <PasswordField
        label={t`Password`}
        value={value.password}
        onChange={(password) => props.onChange({ ...value, password })}
        autoComplete="new-password"
        testId={props.testIds.password}
        describedBy={rules}
      />
      <PasswordField
        label={t`The same password again`}
        value={value.again}
        onChange={(again) => props.onChange({ ...value, again })}
        autoComplete="new-password"
        testId={props.testIds.again}
        describedBy={rules}
      />
      <ul className={door.rules} id={rules} aria-live="polite">
        <Rule state={length} said={said[length]}>
          {long ? <Trans>Not that long</Trans> : <Trans>Long enough; spaces and any characters count</Trans>}
        </Rule>
        <Rule state={common} said={said[common]}>
          <Trans>Not on the lists of common passwords, and not the name</Trans>
        </Rule>
        <Rule state={same} said={said[same]}>
          <Trans>Typed the same twice</Trans>
        </Rule>
      </ul>
    </>
  );
}
