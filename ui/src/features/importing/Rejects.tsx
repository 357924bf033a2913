import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { ClipboardCopy } from "lucide-react";
import type { ImportReject } from "../../bridge";
import { cell, Panel, Table } from "../../kit/Layout";
import { say } from "../../kit/undo";
import { asTable } from "./rejectText";

/** Each resource that was not taken: which file, which place in it, which element, why. */
export function Rejects(props: { rejects: readonly ImportReject[]; total: number }) {
  const { t } = useLingui();
  const { rejects, total } = props;
  const copy = () => {
    navigator.clipboard.writeText(asTable(rejects)).then(
      () => say(t`The table is on the clipboard`),
      () => say(t`The clipboard is not available; select the table and copy it`),
    );
  };
  return (
    <Panel
      title={<Trans>Rejected</Trans>}
      count={total > rejects.length ? t`the first ${rejects.length} of ${total}` : total}
      flush
      actions={
        <Button
          variant="subtle"
          leftSection={<ClipboardCopy size={16} aria-hidden />}
          onClick={copy}
          data-testid="rejects-copy"
        >
          <Trans>Copy the table</Trans>
        </Button>
      }
    >
      <Table
        label={t`Rejected resources`}
        scroll
        head={
          <>
            <th scope="col">
              <Trans>File</Trans>
            </th>
            <th scope="col" className={cell.numeric}>
              <Trans>Place</Trans>
            </th>
            <th scope="col">
              <Trans>Kind</Trans>
            </th>
            <th scope="col">
              <Trans>Element</Trans>
            </th>
            <th scope="col">
              <Trans>Reason</Trans>
            </th>
          </>
        }
      >
        {rejects.map((reject) => (
          <tr key={`${reject.file}:${reject.index}:${reject.element ?? ""}`}>
            <td>
              <bdi>{reject.file}</bdi>
            </td>
            <td className={cell.numeric}>{reject.index}</td>
            <td>{reject.resource_type ?? t`unknown`}</td>
            <td>{reject.element}</td>
            <td>{reject.reason}</td>
          </tr>
        ))}
      </Table>
    </Panel>
  );
}
