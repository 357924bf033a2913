import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { CircleCheck, CircleHelp, CircleX, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { type DoctorCheck, useAsk } from "../../bridge";
import { Page, Panel, Row, Table } from "../../kit/Layout";
import { Chip, ErrorNotice, Loading, type Tone } from "../../kit/Notes";

const NAMES: Record<DoctorCheck["id"], MessageDescriptor> = {
  keychain: msg`Keychain of the system`,
  disk_encryption: msg`Encryption of the whole disk`,
  cipher: msg`Encryption of the vault`,
  permissions: msg`Permissions of the files`,
  free_space: msg`Free space`,
  vault: msg`Files of the vault`,
  integrity: msg`Integrity of the vault`,
  clock: msg`Clock`,
};

const STATUS: Record<DoctorCheck["status"], { tone: Tone; word: MessageDescriptor; icon: typeof CircleCheck }> = {
  ok: { tone: "good", word: msg`Good`, icon: CircleCheck },
  warning: { tone: "warn", word: msg`Look at this`, icon: TriangleAlert },
  fault: { tone: "warn", word: msg`Fault`, icon: CircleX },
  unknown: { tone: "plain", word: msg`Cannot tell`, icon: CircleHelp },
};

/** What the program finds about this computer. Works while locked, for the bad hour. */
export function MachineCheck(props: { back?: ReactNode }) {
  const { t } = useLingui();
  const checks = useAsk("doctor", {}, { staleTime: 0 });
  return (
    <Page
      title={<Trans>Machine check</Trans>}
      narrow
      actions={
        <Row>
          <Button variant="default" onClick={() => void checks.refetch()} loading={checks.isFetching}>
            <Trans>Check again</Trans>
          </Button>
          {props.back}
        </Row>
      }
    >
      {checks.error ? <ErrorNotice error={checks.error} onRetry={() => void checks.refetch()} /> : null}
      {checks.isPending ? <Loading lines={3} /> : null}
      {checks.data ? (
        <Panel flush>
          <Table
            label={t`Machine check`}
            head={
              <>
                <th scope="col">
                  <Trans>What</Trans>
                </th>
                <th scope="col">
                  <Trans>State</Trans>
                </th>
                <th scope="col">
                  <Trans>Found</Trans>
                </th>
              </>
            }
          >
            {checks.data.map((check) => {
              const { tone, word, icon: Icon } = STATUS[check.status];
              return (
                <tr key={check.id}>
                  <th scope="row">{t(NAMES[check.id])}</th>
                  <td>
                    <Chip tone={tone} icon={<Icon size={12} aria-hidden />}>
                      {t(word)}
                    </Chip>
                  </td>
                  <td>{check.detail}</td>
                </tr>
              );
            })}
          </Table>
        </Panel>
      ) : null}
    </Page>
  );
}
