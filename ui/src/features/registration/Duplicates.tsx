import { Trans, useLingui } from "@lingui/react/macro";
import { useEffect, useState } from "react";
import { type PatientDraft, type PatientRow, useAsk } from "../../bridge";
import list from "../../kit/list.module.css";
import { Notice } from "../../kit/Notes";
import { PatientLine } from "../../kit/PatientLine";

const WAIT_MS = 250;

/** People who may be the one that is being registered, shown while typing and never in the way. */
export function Duplicates(props: { draft: PatientDraft; self: string | null; onOpen: (row: PatientRow) => void }) {
  const { t } = useLingui();
  const draft = useSettled(props.draft);
  const name = draft.names[0];
  const enough = name !== undefined && name.family.length + name.given.length >= 3;
  const found = useAsk("patient_duplicates", { draft }, { enabled: enough, staleTime: 0, gcTime: 0 });
  const rows = enough ? (found.data ?? []).filter((row) => row.id !== props.self) : [];
  return (
    <div role="status" aria-label={t`Patients who may be the same`}>
      {rows.length > 0 ? (
        <Notice tone="warn" title={<Trans>Registered already? Compare before saving</Trans>} testId="duplicates">
          <div className={list.box}>
            {rows.map((row) => (
              <button
                type="button"
                key={row.id}
                className={`${list.line} ${list.button}`}
                onClick={() => props.onOpen(row)}
              >
                <PatientLine row={row} />
              </button>
            ))}
          </div>
        </Notice>
      ) : null}
    </div>
  );
}

/** The draft as it was when typing paused. */
function useSettled(draft: PatientDraft): PatientDraft {
  const [settled, setSettled] = useState(draft);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(draft), WAIT_MS);
    return () => clearTimeout(timer);
  }, [draft]);
  return settled;
}
