import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { type DeviceVerdict, useAct, type Wrong } from "../../bridge";
import { showInstant } from "../../kit/dates";
import { cell, Panel, Row, Stack, Table, Unknown } from "../../kit/Layout";
import { Chip, ErrorNotice, Notice } from "../../kit/Notes";
import { showCount } from "../../kit/numbers";

const WRONG: Record<Wrong, MessageDescriptor> = {
  missing: msg`entries are missing from here on`,
  altered: msg`the entry was altered on its device`,
  rewritten: msg`the trail was cut off there and written again`,
  tampered: msg`the copy on this computer was changed`,
  segment_gone: msg`the signed bytes are gone from this computer`,
};

/** Whether the trail is whole, device by device, and what is wrong where it is not. */
export function Verification(props: { attached: boolean }) {
  const own = useAct("audit_verify");
  const all = useAct("audit_trail_verify");
  const check = () => {
    own.mutate({});
    if (props.attached) all.mutate({});
  };
  const broken = own.data?.compartments.filter((one) => !one.ok) ?? [];
  const bad = all.data?.filter((one) => !one.ok) ?? [];
  const done = own.data !== undefined && (!props.attached || all.data !== undefined);
  return (
    <Panel title={<Trans>Is the trail whole?</Trans>}>
      <Stack>
        <Row spread>
          <Trans>
            Each entry seals the one before it. Checking finds any entry that was changed, added, exchanged or taken
            out.
          </Trans>
          <Button variant="default" onClick={check} loading={own.isPending || all.isPending} data-testid="audit-verify">
            <Trans>Check the trail</Trans>
          </Button>
        </Row>
        {own.error ? <ErrorNotice error={own.error} /> : null}
        {all.error ? <ErrorNotice error={all.error} /> : null}
        {done && broken.length + bad.length === 0 ? (
          <Notice tone="good" testId="audit-whole" title={<Trans>Nothing is missing or changed</Trans>} />
        ) : null}
        {broken.map((one) => (
          <Notice
            key={one.compartment}
            tone="warn"
            alert
            title={
              one.compartment === "office" ? (
                <Trans>The office log of this computer is broken at entry {one.first_bad ?? 0}</Trans>
              ) : (
                <Trans>The chart log of this computer is broken at entry {one.first_bad ?? 0}</Trans>
              )
            }
          >
            <Keep />
          </Notice>
        ))}
        {bad.length > 0 ? (
          <Notice
            tone="warn"
            alert
            testId="audit-broken"
            title={
              <Plural
                value={bad.length}
                one="The trail of one device is not whole"
                other="The trails of # devices are not whole"
              />
            }
          >
            <Keep />
          </Notice>
        ) : null}
        {all.data ? <Verdicts verdicts={all.data} /> : null}
      </Stack>
    </Panel>
  );
}

function Keep() {
  return <Trans>Keep the computers as they are and tell whoever is responsible for data protection.</Trans>;
}

function Verdicts(props: { verdicts: readonly DeviceVerdict[] }) {
  const { t, i18n } = useLingui();
  return (
    <Table
      label={t`State of each device's trail`}
      head={
        <>
          <th scope="col">
            <Trans>Device</Trans>
          </th>
          <th scope="col" className={cell.numeric}>
            <Trans>Entries</Trans>
          </th>
          <th scope="col">
            <Trans>State</Trans>
          </th>
        </>
      }
    >
      {props.verdicts.map((one) => (
        <tr key={one.device} data-testid="audit-device">
          <td>
            <bdi>{one.name}</bdi>
          </td>
          <td className={cell.numeric}>{showCount(one.entries, i18n.locale)}</td>
          <td>
            <Verdict verdict={one} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

const SHOWN = 5;

function Verdict(props: { verdict: DeviceVerdict }) {
  const { t, i18n } = useLingui();
  const { verdict } = props;
  if (verdict.ok && verdict.last_ms === null) {
    return (
      <Unknown>
        <Trans>nothing heard yet</Trans>
      </Unknown>
    );
  }
  if (verdict.ok) {
    return (
      <Chip tone="good">
        <Trans>whole up to {showInstant(verdict.last_ms ?? 0, i18n.locale)}</Trans>
      </Chip>
    );
  }
  const rest = verdict.problems.length - SHOWN;
  return (
    <>
      {verdict.problems.slice(0, SHOWN).map((problem) => (
        <div key={`${problem.compartment}-${problem.n}-${problem.wrong}`}>
          <Chip tone="warn">
            <ProblemPlace n={problem.n} wrong={problem.wrong} office={problem.compartment === "office"} />
          </Chip>{" "}
          {t(WRONG[problem.wrong])}
        </div>
      ))}
      {rest > 0 ? (
        <div>
          <Plural value={rest} one="and one more place" other="and # more places" />
        </div>
      ) : null}
    </>
  );
}

function ProblemPlace(props: { n: number; wrong: Wrong; office: boolean }) {
  const { n } = props;
  if (props.wrong === "segment_gone") return <Trans>segment {n}</Trans>;
  if (n === 0) return <Trans>somewhere</Trans>;
  return props.office ? <Trans>office, entry {n}</Trans> : <Trans>chart, entry {n}</Trans>;
}
