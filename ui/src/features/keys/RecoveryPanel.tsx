import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { useState } from "react";
import { useLocation } from "react-router";
import { type RecoveryReport, useAsk } from "../../bridge";
import { showDay } from "../../kit/dates";
import { Panel, Row, Stack } from "../../kit/Layout";
import { Chip, ErrorNotice, Loading, Notice } from "../../kit/Notes";
import css from "../../kit/sync.module.css";
import { CheckRecovery } from "./CheckRecovery";
import { NewRecovery } from "./NewRecovery";

/** The clinic's recovery key: whether there is one, a new one, a try. Nothing where the computer works alone. */
export function RecoveryPanel() {
  const { i18n } = useLingui();
  const status = useAsk("recovery_status", {}, { staleTime: 0 });
  const [open, setOpen] = useState<"new" | "check" | null>(asksForNew(useLocation().state) ? "new" : null);
  if (status.error?.code === "not_attached") return null;
  const known = status.data;
  const since = known?.since_ms ? showDay(known.since_ms, i18n.locale) : "";
  const used = known?.used_ms ? showDay(known.used_ms, i18n.locale) : "";
  const close = () => {
    setOpen(null);
    void status.refetch();
  };
  return (
    <Panel title={<Trans>Recovery key</Trans>}>
      <Stack>
        {status.error ? <ErrorNotice error={status.error} onRetry={() => void status.refetch()} /> : null}
        {status.isPending ? <Loading lines={2} /> : null}
        {known && !known.paper ? (
          <Notice tone="warn" title={<Trans>This clinic has no recovery key</Trans>}>
            <Trans>
              If every computer is lost, or every administrator’s password, nothing opens the records any more. Make one
              now, on paper.
            </Trans>
          </Notice>
        ) : null}
        {known?.paper ? (
          <Row>
            <strong data-testid="recovery-paper">{known.paper}</strong>
            <span className={css.quiet}>
              <Trans>on paper since {since}</Trans>
            </span>
          </Row>
        ) : null}
        {known?.used_ms ? (
          <Notice tone="warn" title={<Trans>The recovery key was used on {used}</Trans>}>
            <Trans>Whoever typed it may have kept it. Make another in its place.</Trans>
          </Notice>
        ) : null}
        {known ? (
          <Row end>
            {known.paper ? (
              <Button variant="default" onClick={() => setOpen("check")} data-testid="recovery-check">
                <Trans>Try the paper…</Trans>
              </Button>
            ) : null}
            <Button
              variant={known.paper ? "default" : "filled"}
              onClick={() => setOpen("new")}
              data-testid="recovery-new"
            >
              {known.paper ? <Trans>Make another…</Trans> : <Trans>Make a recovery key…</Trans>}
            </Button>
          </Row>
        ) : null}
      </Stack>
      {open === "new" ? <NewRecovery replaces={known?.paper ?? null} onClose={close} /> : null}
      {open === "check" ? <CheckRecovery onClose={close} /> : null}
    </Panel>
  );
}

/** Whoever has just attached a server is led here to make one. */
function asksForNew(state: unknown): boolean {
  return typeof state === "object" && state !== null && "recovery" in state && state.recovery === "new";
}

/** What a paper opens. */
export function Opens(props: { report: RecoveryReport }) {
  return (
    <ul className={css.steps} data-testid="recovery-report">
      {props.report.parts.map((part) => (
        <li key={part.compartment}>
          <Row>
            {part.compartment === "office" ? <Trans>Office records</Trans> : <Trans>Charts</Trans>}
            {part.opens ? (
              <Chip tone="good">
                <Trans>opens all</Trans>
              </Chip>
            ) : (
              <Chip tone="warn">
                <Trans>waits for a computer that has the key</Trans>
              </Chip>
            )}
          </Row>
        </li>
      ))}
    </ul>
  );
}
