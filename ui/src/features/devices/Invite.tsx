import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { Copy, MailPlus } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { type Invitation, useAct } from "../../bridge";
import { showMoment } from "../../kit/dates";
import { Panel, Row, Stack } from "../../kit/Layout";
import { ErrorNotice, Notice } from "../../kit/Notes";
import css from "../../kit/sync.module.css";

/** A code for one new device, and what to do with it. */
export function Invite() {
  const create = useAct("invitation_create");
  return (
    <Panel
      title={<Trans>Invite a device</Trans>}
      actions={
        <Button
          leftSection={<MailPlus size={16} aria-hidden />}
          variant={create.data ? "default" : "filled"}
          loading={create.isPending}
          onClick={() => create.mutate({})}
          data-testid="invite-create"
        >
          {create.data ? <Trans>Another invitation</Trans> : <Trans>Make an invitation</Trans>}
        </Button>
      }
    >
      <Stack>
        {create.error ? <ErrorNotice error={create.error} /> : null}
        {create.data ? <Code key={create.data.code} invitation={create.data} /> : <HowTo />}
      </Stack>
    </Panel>
  );
}

function HowTo() {
  return (
    <ol className={css.steps}>
      <li>
        <Trans>Make an invitation here and bring its code to the new computer.</Trans>
      </li>
      <li>
        <Trans>There, start Wardkeep and choose “Join a clinic”.</Trans>
      </li>
      <li>
        <Trans>Its request appears here. Compare the six words on both screens, choose roles, approve.</Trans>
      </li>
    </ol>
  );
}

function Code(props: { invitation: Invitation }) {
  const { t, i18n } = useLingui();
  const { code, expires_ms } = props.invitation;
  const [said, setSaid] = useState("");
  const shown = useRef<HTMLTextAreaElement>(null);
  // The code is what comes next: whoever made it by keyboard is beside it.
  useEffect(() => shown.current?.focus(), []);
  const copy = () =>
    navigator.clipboard.writeText(code).then(
      () => setSaid(t`The code is on the clipboard`),
      () => setSaid(t`The clipboard is not available; select the code and copy it`),
    );
  return (
    <>
      <textarea
        ref={shown}
        className={css.code}
        value={code}
        readOnly
        rows={3}
        spellCheck={false}
        onFocus={(event) => event.currentTarget.select()}
        aria-label={t`Invitation code`}
        data-testid="invite-code"
      />
      <Row spread>
        <span>
          <Trans>Works for one device until {showMoment(expires_ms, i18n.locale)}.</Trans>{" "}
          <span role="status">{said}</span>
        </span>
        <Button
          variant="default"
          leftSection={<Copy size={16} aria-hidden />}
          onClick={() => void copy()}
          data-testid="invite-copy"
        >
          <Trans>Copy the code</Trans>
        </Button>
      </Row>
      <Notice tone="info" title={<Trans>Stay with this computer until the new one is in</Trans>}>
        <Trans>
          Give the code only to the person at the new computer. Whoever has it can ask to join, but nobody gets in
          before you have compared the words and approved. The request appears on this computer only, because only it
          can check it.
        </Trans>
      </Notice>
    </>
  );
}
