import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Checkbox, NativeSelect, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { type ClinicPolicy, useAct, useAsk } from "../../bridge";
import { FieldGrid, Span } from "../../kit/Form";
import { Panel, Row, Stack } from "../../kit/Layout";
import { LeaveGuard } from "../../kit/LeaveGuard";
import { ErrorNotice, Loading, Notice } from "../../kit/Notes";
import { useRights } from "../../kit/session";
import { say } from "../../kit/undo";

type NumberRule = {
  [K in keyof ClinicPolicy]: ClinicPolicy[K] extends number ? K : never;
}[keyof ClinicPolicy];

/** The rules of the whole clinic, which every computer obeys, also without the server. */
export function ClinicRules(props: { onChanged: () => void }) {
  const rules = useAsk("policy_get", {}, { staleTime: 0 });
  return (
    <Panel title={<Trans>Rules of the clinic</Trans>}>
      {rules.error ? (
        <ErrorNotice error={rules.error} onRetry={() => void rules.refetch()} />
      ) : rules.data ? (
        <Rules key={JSON.stringify(rules.data)} stored={rules.data} onChanged={props.onChanged} />
      ) : (
        <Loading />
      )}
    </Panel>
  );
}

function Rules(props: { stored: ClinicPolicy; onChanged: () => void }) {
  const { t } = useLingui();
  const rights = useRights();
  const answers = useQueryClient();
  const [rules, setRules] = useState(props.stored);
  const save = useAct("policy_set");
  const disabled = !rights.admin;
  const dirty = JSON.stringify(rules) !== JSON.stringify(props.stored);
  const set = (change: Partial<ClinicPolicy>) => setRules({ ...rules, ...change });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!dirty || disabled || save.isPending) return;
    save.mutate(rules, {
      onSuccess: (kept) => {
        answers.setQueryData(["policy_get", {}], kept);
        props.onChanged();
        say(t`The rules are changed for the whole clinic`);
      },
    });
  };
  const wrong = (rule: keyof ClinicPolicy) =>
    save.error?.code === "invalid" && save.error.field === rule ? t`Not possible here` : null;
  const number = (rule: NumberRule, label: string) => (
    <Span of={6}>
      <TextInput
        label={label}
        inputMode="numeric"
        value={String(rules[rule])}
        onChange={(event) => set({ [rule]: Number(event.currentTarget.value.replace(/\D/g, "").slice(0, 5)) })}
        error={wrong(rule)}
        disabled={disabled}
        data-testid={`rule-${rule}`}
      />
    </Span>
  );
  return (
    <form onSubmit={submit} aria-label={t`Rules of the clinic`}>
      <Stack>
        {disabled ? <Notice tone="plain" title={<Trans>Only an administrator can change these</Trans>} /> : null}
        <FieldGrid>
          {number("idle_lock_s", t`Lock after seconds without use`)}
          {number("resume_window_s", t`Seconds without a password after a restart`)}
          {number("lease_days", t`Days that a computer opens without the server`)}
          {number("wrong_password_limit", t`Wrong passwords in a row until it must meet the server`)}
          {number("epoch_days", t`Days until a new key`)}
          {number("min_password_length", t`Characters of a new password`)}
          <Span of={6}>
            <TextInput
              label={t`Oldest Wardkeep that may write`}
              value={rules.min_app_version}
              onChange={(event) => set({ min_app_version: event.currentTarget.value.trim() })}
              error={wrong("min_app_version")}
              disabled={disabled}
              data-testid="rule-min_app_version"
            />
          </Span>
          <Span of={6}>
            <NativeSelect
              label={t`Computers whose disk is not encrypted`}
              value={rules.disk_encryption}
              onChange={(event) =>
                set({ disk_encryption: event.currentTarget.value as ClinicPolicy["disk_encryption"] })
              }
              data={[
                { value: "off", label: t`are allowed` },
                { value: "warn", label: t`are told by the machine check` },
                { value: "require", label: t`do not unlock after the days of grace` },
              ]}
              error={wrong("disk_encryption")}
              disabled={disabled}
              data-testid="rule-disk_encryption"
            />
          </Span>
          {rules.disk_encryption === "require" ? number("disk_grace_days", t`Days of grace`) : null}
        </FieldGrid>
        <Checkbox
          label={t`Records may be exported as files`}
          checked={rules.allow_export}
          onChange={(event) => set({ allow_export: event.currentTarget.checked })}
          disabled={disabled}
          data-testid="rule-allow_export"
        />
        <Checkbox
          label={t`A wipe needs two administrators`}
          description={
            props.stored.two_admins_wipe
              ? t`Only the recovery key can take this back.`
              : t`Once it holds, only the recovery key can take it back.`
          }
          checked={rules.two_admins_wipe}
          onChange={(event) => set({ two_admins_wipe: event.currentTarget.checked })}
          disabled={disabled || props.stored.two_admins_wipe}
          data-testid="rule-two_admins_wipe"
        />
        {save.error ? <ErrorNotice error={save.error} /> : null}
        {disabled ? null : (
          <Row end>
            <Button variant="default" onClick={() => setRules(props.stored)} disabled={!dirty}>
              <Trans>As before</Trans>
            </Button>
            <Button type="submit" disabled={!dirty} loading={save.isPending} data-testid="rules-save">
              <Trans>Change the rules</Trans>
            </Button>
          </Row>
        )}
      </Stack>
      <LeaveGuard when={() => dirty} />
    </form>
  );
}
