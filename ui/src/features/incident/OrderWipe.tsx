import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { useState } from "react";
import { type IncidentView, useAct } from "../../bridge";
import { showInstant } from "../../kit/dates";
import css from "../../kit/sync.module.css";
import { WipeDialog } from "../../kit/WipeDialog";
import { STEP_WORDS } from "../../kit/words/incident";

/** Orders the stolen laptop to destroy what it holds, or gives the second administrator's word. */
export function OrderWipe(props: { view: IncidentView; onView: (view: IncidentView) => void }) {
  const { t } = useLingui();
  const { row, devices } = props.view;
  const [asking, setAsking] = useState(false);
  const act = useAct("incident_step");
  const order = devices[0]?.wipe ?? null;
  if (order !== null && !order.may_confirm) return null;
  const close = () => {
    setAsking(false);
    act.reset();
  };
  const submit = (post_unsent: boolean) =>
    act.mutate(
      { id: row.id, step: "wipe", post_unsent },
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
      {asking ? (
        <WipeDialog
          name={row.name}
          second={order !== null}
          pending={act.isPending}
          error={act.error}
          onOrder={submit}
          onClose={close}
        />
      ) : null}
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
