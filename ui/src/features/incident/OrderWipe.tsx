import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Checkbox } from "@mantine/core";
import { useState } from "react";
import { type IncidentView, useAct } from "../../bridge";
import { Dialog } from "../../kit/Dialog";
import { showInstant } from "../../kit/dates";
import { Row, Stack } from "../../kit/Layout";
import { ErrorNotice } from "../../kit/Notes";
import css from "../../kit/sync.module.css";
import { STEP_WORDS } from "../../kit/words/incident";

/** Asks once more, then orders the stolen laptop to destroy what it holds; or gives the second administrator's word. */
export function OrderWipe(props: { view: IncidentView; onView: (view: IncidentView) => void }) {
  const { t } = useLingui();
  const { row, devices } = props.view;
  const [asking, setAsking] = useState(false);
  const [discard, setDiscard] = useState(false);
  const act = useAct("incident_step");
  const order = devices[0]?.wipe ?? null;
  if (order !== null && !order.may_confirm) return null;
  const close = () => {
    setAsking(false);
    setDiscard(false);
    act.reset();
  };
  const submit = () =>
    act.mutate(
      { id: row.id, step: "wipe", post_unsent: !discard },
      {
        onSuccess: (view) => {
          props.onView(view);
          close();
        },
      },
    );
  return (
    <>
      <Button onClick={() => setAsking(true)} data-testid="step-wipe-do">
        {order ? <Trans>Confirm the wipe…</Trans> : t(STEP_WORDS.wipe.act)}
      </Button>
      <Dialog opened={asking} onClose={close} title={t`Wipe ${row.name}?`} size={520}>
        <Stack>
          <ul className={css.steps}>
            <li>
              <Trans>
                As soon as it hears of the order it destroys its keys and all records, also when it is locked. That
                cannot be taken back.
              </Trans>
            </li>
            <li>
              <Trans>
                A computer that never meets the server again is never wiped. “Done” is shown here only when the computer
                itself has said so.
              </Trans>
            </li>
          </ul>
          {order ? null : (
            <Checkbox
              checked={discard}
              onChange={(event) => setDiscard(event.currentTarget.checked)}
              label={t`Do not wait for what it has not sent yet: that work is lost`}
              data-testid="step-wipe-discard"
            />
          )}
          {act.error ? <ErrorNotice error={act.error} /> : null}
          <Row end>
            <Button variant="default" onClick={close} data-autofocus>
              <Trans>Cancel</Trans>
            </Button>
            <Button loading={act.isPending} onClick={submit} data-testid="step-wipe-confirm">
              {order ? <Trans>Confirm the wipe</Trans> : <Trans>Wipe it</Trans>}
            </Button>
          </Row>
        </Stack>
      </Dialog>
    </>
  );
}

/** How far the order has come. */
export function WipeSoFar(props: { view: IncidentView }) {
  const { i18n } = useLingui();
  const order = props.view.devices[0]?.wipe ?? null;
  if (order === null) return null;
  const at = (ms: number) => showInstant(ms, i18n.locale);
  return (
    <p className={css.text} data-testid="incident-wipe">
      <Trans>
        Ordered {at(order.ordered_ms)} by {order.ordered_by}.
      </Trans>{" "}
      {order.confirmed_ms !== null ? (
        <Trans>The computer confirmed it {at(order.confirmed_ms)}.</Trans>
      ) : order.state === "waits_for_second" ? (
        <Trans>It waits for another administrator's word.</Trans>
      ) : order.delivered_ms !== null ? (
        <Trans>The computer heard of it {at(order.delivered_ms)} and has not confirmed it yet.</Trans>
      ) : (
        <Trans>The computer has not heard of it.</Trans>
      )}{" "}
      {order.confirmed_ms === null && order.lease_ends_ms !== null ? (
        <Trans>Without meeting the server it opens until {at(order.lease_ends_ms)} at the latest.</Trans>
      ) : null}
    </p>
  );
}
