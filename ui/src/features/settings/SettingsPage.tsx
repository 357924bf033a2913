import { Trans, useLingui } from "@lingui/react/macro";
import { Button, NativeSelect, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { type Settings, useAct } from "../../bridge";
import { FieldGrid, Span } from "../../kit/Form";
import { Page, Panel, Row, Stack } from "../../kit/Layout";
import { LeaveGuard } from "../../kit/LeaveGuard";
import { ErrorNotice, Notice } from "../../kit/Notes";
import { useRights, useSession } from "../../kit/session";
import { say } from "../../kit/undo";
import { isAttached, useSync } from "../../kit/useSync";
import { LANGUAGES } from "../../locales/load";
import { ChangePassword } from "./ChangePassword";
import { ClinicRules } from "./ClinicRules";

const IDLE_MINUTES = [1, 2, 5, 10, 15, 30] as const;
const RESUME_MINUTES = [0, 1, 5, 15, 30] as const;
/** As the program has them. */
const PASSWORD_LENGTH = { least: 12, most: 64 };

/** What holds for the whole clinic on this computer, and the own password. */
export function SettingsPage(props: { onSettings: (settings: Settings) => void; onRules: () => void }) {
  const shared = isAttached(useSync());
  const { settings } = useSession();
  return (
    <Page title={<Trans>Settings</Trans>} narrow>
      <Stack>
        <ClinicSettings shared={shared} key={JSON.stringify(settings)} onSettings={props.onSettings} />
        {shared ? <ClinicRules onChanged={props.onRules} /> : null}
        <ChangePassword />
      </Stack>
    </Page>
  );
}

function ClinicSettings(props: { shared: boolean; onSettings: (settings: Settings) => void }) {
  const { t } = useLingui();
  const rights = useRights();
  const stored = useSession().settings;
  const [settings, setSettings] = useState(stored);
  const save = useAct("settings_set");
  const dirty = JSON.stringify(settings) !== JSON.stringify(stored);
  const region = /^[A-Z]{2}$/.test(settings.default_region);
  const length =
    Number.isInteger(settings.min_password_length) &&
    settings.min_password_length >= PASSWORD_LENGTH.least &&
    settings.min_password_length <= PASSWORD_LENGTH.most;
  const set = (change: Partial<Settings>) => setSettings({ ...settings, ...change });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!dirty || !region || !length) return;
    save.mutate(settings, {
      onSuccess: (kept) => {
        setSettings(kept);
        props.onSettings(kept);
        say(t`Saved`);
      },
    });
  };
  const disabled = !rights.admin;
  // In a clinic of several computers these are rules of all of them.
  const ruled = disabled || props.shared;
  return (
    <Panel title={<Trans>Clinic</Trans>}>
      <form onSubmit={submit} aria-label={t`Clinic`}>
        <Stack>
          {disabled ? <Notice tone="plain" title={<Trans>Only an administrator can change these</Trans>} /> : null}
          <FieldGrid>
            <Span of={6}>
              <NativeSelect
                label={t`Lock after nobody used it for`}
                value={String(settings.idle_lock_s)}
                onChange={(event) => set({ idle_lock_s: Number(event.currentTarget.value) })}
                data={minutes(IDLE_MINUTES, settings.idle_lock_s, (count) => t`${count} min`)}
                disabled={ruled}
                data-testid="setting-idle"
              />
            </Span>
            <Span of={6}>
              <NativeSelect
                label={t`No password after a restart within`}
                value={String(settings.resume_window_s)}
                onChange={(event) => set({ resume_window_s: Number(event.currentTarget.value) })}
                data={minutes(RESUME_MINUTES, settings.resume_window_s, (count) =>
                  count === 0 ? t`always ask` : t`${count} min`,
                )}
                disabled={ruled}
              />
            </Span>
            <Span of={6}>
              <NativeSelect
                label={t`Language`}
                value={settings.language}
                onChange={(event) => set({ language: event.currentTarget.value })}
                data={LANGUAGES.map(({ id, name }) => ({ value: id as string, label: name }))}
                disabled={disabled}
                data-testid="setting-language"
              />
            </Span>
            <Span of={6}>
              <NativeSelect
                label={t`Colours`}
                value={settings.color_scheme}
                onChange={(event) => set({ color_scheme: event.currentTarget.value as Settings["color_scheme"] })}
                data={[
                  { value: "auto", label: t`as the computer has them` },
                  { value: "light", label: t`light` },
                  { value: "dark", label: t`dark` },
                ]}
                disabled={disabled}
                data-testid="setting-colours"
              />
            </Span>
            <Span of={6}>
              <TextInput
                label={t`Country of phone numbers without a prefix`}
                description={t`Two letters, such as CH. It also says whether day or month is typed first.`}
                inputWrapperOrder={["label", "input", "description", "error"]}
                value={settings.default_region}
                onChange={(event) => set({ default_region: event.currentTarget.value.toUpperCase() })}
                maxLength={2}
                error={region ? null : t`Two letters are needed`}
                disabled={disabled}
              />
            </Span>
            <Span of={6}>
              <TextInput
                label={t`Shortest password`}
                description={t`Characters, 12 to 64. Length matters more than anything else.`}
                inputWrapperOrder={["label", "input", "description", "error"]}
                inputMode="numeric"
                value={Number.isNaN(settings.min_password_length) ? "" : String(settings.min_password_length)}
                onChange={(event) => set({ min_password_length: Number.parseInt(event.currentTarget.value, 10) })}
                maxLength={2}
                error={length ? null : t`A number from 12 to 64 is needed`}
                disabled={ruled}
              />
            </Span>
          </FieldGrid>
          {save.error ? <ErrorNotice error={save.error} /> : null}
          {disabled ? null : (
            <Row end>
              <Button variant="default" onClick={() => setSettings(stored)} disabled={!dirty}>
                <Trans>As before</Trans>
              </Button>
              <Button
                type="submit"
                disabled={!dirty || !region || !length}
                loading={save.isPending}
                data-testid="settings-save"
              >
                <Trans>Save</Trans>
              </Button>
            </Row>
          )}
        </Stack>
      </form>
      <LeaveGuard when={() => dirty} />
    </Panel>
  );
}

/** The usual choices and, where it is another, the one that is set. */
function minutes(choices: readonly number[], seconds: number, word: (count: number) => string) {
  const all = [...new Set([...choices.map((count) => count * 60), seconds])].sort((a, b) => a - b);
  return all.map((value) => ({ value: String(value), label: word(Math.round(value / 6) / 10) }));
}
