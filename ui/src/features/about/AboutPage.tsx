import { Trans, useLingui } from "@lingui/react/macro";
import { useAsk } from "../../bridge";
import { Fact, Facts, Page, Panel, Stack, Table } from "../../kit/Layout";
import { ErrorNotice, Loading } from "../../kit/Notes";

/** Versions, where the records lie, and whose work this stands on. */
export function AboutPage() {
  const { t } = useLingui();
  const about = useAsk("about", {});
  return (
    <Page title={<Trans>About Wardkeep</Trans>} narrow>
      {about.error ? <ErrorNotice error={about.error} onRetry={() => void about.refetch()} /> : null}
      {about.isPending ? <Loading /> : null}
      {about.data ? (
        <Stack>
          <Panel>
            <Facts>
              <Fact name={<Trans>Version</Trans>}>{about.data.version}</Fact>
              <Fact name={<Trans>Encryption of the vault</Trans>}>{about.data.sqlcipher}</Fact>
              <Fact name={<Trans>Folder of the vault</Trans>}>{about.data.home}</Fact>
            </Facts>
          </Panel>
          <Panel title={<Trans>Made with</Trans>} count={about.data.licences.length} flush>
            <Table
              label={t`Made with`}
              scroll
              head={
                <>
                  <th scope="col">
                    <Trans>Name</Trans>
                  </th>
                  <th scope="col">
                    <Trans>Licence</Trans>
                  </th>
                </>
              }
            >
              {about.data.licences.map((one) => (
                <tr key={one.name}>
                  <td>{one.name}</td>
                  <td>{one.licence}</td>
                </tr>
              ))}
            </Table>
          </Panel>
        </Stack>
      ) : null}
    </Page>
  );
}
