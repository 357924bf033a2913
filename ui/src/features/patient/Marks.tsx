import { Plural, Trans } from "@lingui/react/macro";
import { CloudUpload, GitCompareArrows } from "lucide-react";
import { Link } from "react-router";
import { type PatientDetail, useAsk } from "../../bridge";
import css from "../../kit/banner.module.css";
import { Chip } from "../../kit/Notes";
import { useSync } from "../../kit/useSync";

/** What sync has to say about this patient: changes that have not left this computer, and values that met. */
export function Marks(props: { patient: PatientDetail }) {
  const { row, conflicts, unsent } = props.patient;
  const status = useSync();
  const some = (status?.conflicts ?? 0) > 0;
  const all = useAsk("conflict_list", { limit: 200 }, { enabled: some, staleTime: 5_000 });
  const listed = some ? (all.data?.filter((one) => one.patient?.id === row.id).length ?? 0) : 0;
  const count = Math.max(listed, conflicts.length);
  // The patient was read when the page was opened; what waits is asked for all the time.
  const waits = unsent && (status === undefined || status.waiting.some((one) => one.compartment === "office"));
  if (count === 0 && !waits) return null;
  return (
    <>
      {waits ? (
        <span data-testid="unsent">
          <Chip tone="plain" icon={<CloudUpload size={12} aria-hidden />}>
            <Trans>not yet sent</Trans>
          </Chip>
        </span>
      ) : null}
      {count > 0 ? (
        <Link to="/review" state={{ patient: row.id }} className={css.review} data-testid="patient-review">
          <GitCompareArrows size={14} aria-hidden />
          <Plural value={count} one="# conflict to review" other="# conflicts to review" />
        </Link>
      ) : null}
    </>
  );
}
