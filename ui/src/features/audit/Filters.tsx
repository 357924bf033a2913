import { Trans, useLingui } from "@lingui/react/macro";
import { Button, NativeSelect, TextInput } from "@mantine/core";
import { X } from "lucide-react";
import { type FormEvent, useState } from "react";
import { type PatientRow, useAct, useAsk } from "../../bridge";
import { DateField } from "../../kit/DateField";
import { dateOrder, readTyped, showDate, todayAsDate } from "../../kit/dates";
import { FieldGrid, Span } from "../../kit/Form";
import { Row, Stack } from "../../kit/Layout";
import { Chip, ErrorNotice } from "../../kit/Notes";
import { bannerName } from "../../kit/names";
import { useSession } from "../../kit/session";
import { ACTION_NAMES, auditWord } from "../../kit/words/audit";
import { EVERYTHING, type Filter, GROUPS } from "./filter";

/** Person, laptop, days, action and patient. What is chosen counts at once. */
export function Filters(props: { filter: Filter; onFilter: (filter: Filter) => void; attached: boolean }) {
  const { t } = useLingui();
  const { filter, onFilter, attached } = props;
  const order = dateOrder(useSession().settings.default_region);
  const change = (part: Partial<Filter>) => onFilter({ ...filter, ...part });
  const noDay = (text: string) =>
    text.trim() !== "" && !readTyped(text, order, todayAsDate()) ? t`No day up to today` : null;
  const groups = Object.entries(GROUPS).map(([value, group]) => ({ value, label: t(group.title) }));
  const actions = ACTION_NAMES.map((value) => ({ value, label: auditWord(value, t) }));
  return (
    <Stack>
      <FieldGrid>
        <Span of={3}>
          {attached ? <Members filter={filter} change={change} /> : <Local filter={filter} change={change} />}
        </Span>
        {attached ? (
          <Span of={3}>
            <Devices filter={filter} change={change} />
          </Span>
        ) : null}
        <Span of={attached ? 6 : 9}>
          <NativeSelect
            label={t`What`}
            value={filter.kind}
            data={[
              { value: "all", label: t`Everything` },
              { group: t`Together`, items: groups },
              { group: t`One by one`, items: actions },
            ]}
            onChange={(event) => change({ kind: event.currentTarget.value })}
            data-testid="trail-kind"
          />
        </Span>
        <Span of={3}>
          <DateField
            label={t`From`}
            text={filter.from}
            onChange={(from) => change({ from })}
            error={noDay(filter.from)}
            testId="trail-from"
          />
        </Span>
        <Span of={3}>
          <DateField
            label={t`Until`}
            text={filter.until}
            onChange={(until) => change({ until })}
            error={noDay(filter.until)}
            testId="trail-until"
          />
        </Span>
        <Span of={6}>
          <Patient filter={filter} change={change} />
        </Span>
      </FieldGrid>
      {JSON.stringify(filter) === JSON.stringify(EVERYTHING) ? null : (
        <Row>
          <Button variant="default" onClick={() => onFilter(EVERYTHING)} data-testid="trail-everything">
            <Trans>Show everything</Trans>
          </Button>
        </Row>
      )}
    </Stack>
  );
}

type Part = { filter: Filter; change: (part: Partial<Filter>) => void };

function Members({ filter, change }: Part) {
  const members = useAsk("member_list", {});
  return <Person people={members.data ?? []} filter={filter} change={change} />;
}

function Local({ filter, change }: Part) {
  const users = useAsk("user_list", {});
  return <Person people={users.data ?? []} filter={filter} change={change} />;
}

function Person(props: Part & { people: readonly { id: string; name: string }[] }) {
  const { t } = useLingui();
  return (
    <NativeSelect
      label={t`Person`}
      value={props.filter.user ?? ""}
      data={[{ value: "", label: t`Everybody` }, ...props.people.map((one) => ({ value: one.id, label: one.name }))]}
      onChange={(event) => props.change({ user: event.currentTarget.value || null })}
      data-testid="trail-person"
    />
  );
}

function Devices({ filter, change }: Part) {
  const { t } = useLingui();
  const devices = useAsk("device_list", {});
  return (
    <NativeSelect
      label={t`Device`}
      value={filter.device ?? ""}
      data={[
        { value: "", label: t`Every device` },
        ...(devices.data ?? []).map((one) => ({ value: one.id, label: one.name })),
      ]}
      onChange={(event) => change({ device: event.currentTarget.value || null })}
      data-testid="trail-device"
    />
  );
}

const HITS = 5;

/** A patient is searched as everywhere, and chosen by three signs. */
function Patient({ filter, change }: Part) {
  const { t, i18n } = useLingui();
  const [text, setText] = useState("");
  const search = useAct("patient_search");
  const hits = search.data?.rows ?? [];
  if (filter.patient) {
    return (
      <Row>
        <span>
          <Trans>Patient:</Trans> <bdi>{filter.patient.name}</bdi>
        </span>
        <Button
          variant="default"
          leftSection={<X size={14} aria-hidden />}
          onClick={() => change({ patient: null })}
          data-testid="trail-patient-clear"
        >
          <Trans>Every patient</Trans>
        </Button>
      </Row>
    );
  }
  const find = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() !== "") search.mutate({ query: text, limit: HITS });
  };
  const choose = (row: PatientRow) => {
    setText("");
    search.reset();
    change({ patient: { id: row.id, name: bannerName(row) } });
  };
  return (
    <form onSubmit={find}>
      <Stack>
        <TextInput
          label={t`Patient`}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          placeholder={t`Name, birth date or MRN`}
          maxLength={200}
          autoComplete="off"
          data-testid="trail-patient"
          rightSectionWidth={90}
          rightSection={
            <Button type="submit" variant="default" size="compact-sm" loading={search.isPending}>
              <Trans>Find</Trans>
            </Button>
          }
        />
        {search.error ? <ErrorNotice error={search.error} /> : null}
        {search.data && hits.length === 0 ? (
          <p role="status">
            <Trans>Nobody found.</Trans>
          </p>
        ) : null}
        {hits.map((row) => (
          <Row key={row.id}>
            <Button variant="default" onClick={() => choose(row)} data-testid="trail-patient-hit">
              <bdi>{bannerName(row)}</bdi>
            </Button>
            <Chip tone="plain">{showDate(row.birth_date, i18n.locale) ?? t`birth date unknown`}</Chip>
            <Chip tone="plain">{row.mrn}</Chip>
          </Row>
        ))}
      </Stack>
    </form>
  );
}
