import { useLingui } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { type ConflictRow, call, toCommandError, useAct } from "../../bridge";
import { offerUndo, say } from "../../kit/undo";
import { errorWords } from "../../kit/words/errors";

/** Settles one conflict and offers to take that back. */
export function useSettle(row: ConflictRow) {
  const { t } = useLingui();
  const answers = useQueryClient();
  const settle = useAct("conflict_settle");
  const { compartment, record, element, item } = row;
  const again = () => {
    for (const name of ["conflict_list", "sync_status", "patient_search", "patient_recent"]) {
      void answers.invalidateQueries({ queryKey: [name] });
    }
    answers.removeQueries({ queryKey: ["patient_open"] });
  };
  const undo = (token: string) =>
    call("conflict_undo", { undo: token }).then(
      () => {
        say(t`What was shown before is shown again`);
        again();
      },
      (thrown: unknown) => say(t(errorWords(toCommandError(thrown)).title)),
    );
  const choose = (choice: string) =>
    settle.mutate(
      { compartment, record, element, item, choice },
      {
        onSuccess: (settled) => {
          offerUndo({ done: t`Settled`, undo: t`Undo` }, () => void undo(settled.undo));
          again();
        },
      },
    );
  return { settle, choose };
}
