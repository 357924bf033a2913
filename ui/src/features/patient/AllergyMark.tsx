import { Trans, useLingui } from "@lingui/react/macro";
import { CircleCheck, CircleHelp, CircleSlash, OctagonAlert } from "lucide-react";
import { useAsk } from "../../bridge";
import css from "../../kit/banner.module.css";
import { useRights } from "../../kit/session";
import { ALLERGY_STATE_WORDS, type ShownAllergyState } from "../../kit/words/allergies";

const ICONS = {
  known: OctagonAlert,
  no_known: CircleCheck,
  not_recorded: CircleHelp,
  unavailable: CircleSlash,
};

/** The allergies in the banner: one of four states, each with its own icon, frame and words. */
export function AllergyMark(props: { patient: string; closed: boolean }) {
  const { t } = useLingui();
  const rights = useRights();
  const block = useAsk("chart_allergies", { patient: props.patient }, { enabled: rights.chart && !props.closed });
  if (!rights.chart) {
    return (
      <Mark state="unavailable">
        <Trans>hidden: needs the clinician role</Trans>
      </Mark>
    );
  }
  if (props.closed) {
    return (
      <Mark state="unavailable">
        <Trans>closed: the patient is restricted</Trans>
      </Mark>
    );
  }
  if (block.isPending) {
    return (
      <Mark state="unavailable">
        <Trans>loading…</Trans>
      </Mark>
    );
  }
  if (block.error) {
    return (
      <Mark state="unavailable">
        <Trans>they could not be read</Trans>
      </Mark>
    );
  }
  const { state, active } = block.data;
  return (
    <Mark state={state}>
      {state === "known" ? active.map((one) => one.substance.text || t`unnamed`).join(", ") : null}
    </Mark>
  );
}

function Mark(props: { state: ShownAllergyState; children: React.ReactNode }) {
  const { t } = useLingui();
  const Icon = ICONS[props.state];
  const words = t(ALLERGY_STATE_WORDS[props.state]);
  return (
    <div className={`${css.allergy} ${css[props.state]}`} data-testid="allergy-state" data-state={props.state}>
      <Icon size={16} aria-hidden />
      <span>
        <strong>{props.state === "known" ? `${words}:` : words}</strong>{" "}
        {props.state !== "known" && props.children ? "· " : null}
        {props.children}
      </span>
    </div>
  );
}
