import { Trans } from "@lingui/react/macro";
import { useAsk } from "../../bridge";
import { AuditTable } from "../../kit/AuditTable";
import { Panel } from "../../kit/Layout";
import { Empty, ErrorNotice, Loading } from "../../kit/Notes";

const HISTORY_LIMIT = 200;

/** Who looked at this record and who changed it. */
export function History(props: { patient: string }) {
  const rows = useAsk("patient_history", { id: props.patient, limit: HISTORY_LIMIT }, { staleTime: 0 });
  return (
    <Panel title={<Trans>Who saw and changed this record</Trans>} flush>
      {rows.error ? <ErrorNotice error={rows.error} onRetry={() => void rows.refetch()} /> : null}
      {rows.isPending ? <Loading /> : null}
      {rows.data && rows.data.length > 0 ? <AuditTable rows={rows.data} withPatient={false} /> : null}
      {rows.data?.length === 0 ? (
        <Empty>
          <Trans>Nothing yet.</Trans>
        </Empty>
      ) : null}
    </Panel>
  );
}
