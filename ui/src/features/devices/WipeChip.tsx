import { Trans, useLingui } from "@lingui/react/macro";
import type { WipeView } from "../../bridge";
import { showMoment } from "../../kit/dates";
import { Chip } from "../../kit/Notes";
import css from "../../kit/sync.module.css";

/** How far an order to wipe has come. Never says 'wiped' of a device that has not said so itself. */
export function WipeChip(props: { wipe: WipeView }) {
  const { i18n } = useLingui();
  const { wipe } = props;
  const show = (at_ms: number) => showMoment(at_ms, i18n.locale);
  return (
    <span data-testid="wipe-state" data-state={wipe.state}>
      <Chip tone={wipe.state === "confirmed" ? "good" : "warn"}>
        {wipe.state === "waits_for_second" ? (
          <Trans>wipe waits for a second administrator</Trans>
        ) : wipe.state === "ordered" ? (
          <Trans>wipe ordered</Trans>
        ) : wipe.state === "delivered" ? (
          <Trans>wipe delivered</Trans>
        ) : (
          <Trans>wiped, confirmed</Trans>
        )}
      </Chip>{" "}
      <span className={css.quiet}>
        {wipe.state === "confirmed" && wipe.confirmed_ms !== null ? (
          show(wipe.confirmed_ms)
        ) : wipe.state === "delivered" && wipe.delivered_ms !== null ? (
          <Trans>heard {show(wipe.delivered_ms)}, not confirmed yet</Trans>
        ) : wipe.state === "ordered" ? (
          wipe.heard_ms === null ? (
            <Trans>ordered {show(wipe.ordered_ms)}; not heard from since</Trans>
          ) : (
            <Trans>
              ordered {show(wipe.ordered_ms)}; last heard {show(wipe.heard_ms)}
            </Trans>
          )
        ) : (
          <Trans>ordered {show(wipe.ordered_ms)}</Trans>
        )}
        {wipe.state !== "confirmed" && wipe.lease_ends_ms !== null ? (
          <>
            {"; "}
            <Trans>locks itself by {show(wipe.lease_ends_ms)}</Trans>
          </>
        ) : null}
      </span>
    </span>
  );
}
