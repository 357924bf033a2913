import { Trans, useLingui } from "@lingui/react/macro";
import type { PatientDetail } from "../../bridge";
import { showDate, showInstant } from "../../kit/dates";
import { Columns, Fact, Facts, Panel, Row, Stack, Unknown } from "../../kit/Layout";
import { Chip, Empty } from "../../kit/Notes";
import {
  ADDRESS_USE,
  CONTACT_SYSTEM,
  CONTACT_USE,
  labelOf,
  MARITAL,
  NAME_USE,
  SEX_AT_BIRTH,
} from "../../kit/words/person";
import { GENDER_WORDS } from "../../kit/words/roles";
import { Conflicts } from "./Conflicts";
import { ExportButton } from "./ExportButton";
import { PhotoPanel } from "./PhotoPanel";
import { RemoveButton } from "./RemoveButton";

/** Everything the office knows about the patient. Unknown is a word, not a gap. */
export function Summary(props: { patient: PatientDetail; onRemove?: (reason: string) => Promise<void> }) {
  const { patient } = props;
  const { i18n } = useLingui();
  const { draft } = patient;
  return (
    <Stack>
      {patient.conflicts.length > 0 ? <Conflicts patient={patient.row.id} conflicts={patient.conflicts} /> : null}
      <Columns min="24rem">
        <Person patient={patient} />
        <Stack>
          <Contact draft={draft} />
          <Addresses draft={draft} />
        </Stack>
        <Stack>
          <NextOfKin draft={draft} />
          <Identifiers draft={draft} />
          <PhotoPanel patient={patient} />
        </Stack>
      </Columns>
      <Row spread>
        <span>
          {patient.updated_by ? (
            <Trans>
              Changed {showInstant(patient.updated_at_ms, i18n.locale)} by {patient.updated_by}
            </Trans>
          ) : (
            <Trans>Changed {showInstant(patient.updated_at_ms, i18n.locale)}</Trans>
          )}
          {patient.source ? (
            <>
              {" · "}
              <Trans>imported from {patient.source}</Trans>
            </>
          ) : null}
          {patient.sent || patient.unsent ? null : (
            <>
              {" · "}
              <Trans>only on this computer</Trans>
            </>
          )}
        </span>
        <Row>
          <ExportButton patient={patient.row.id} />
          {props.onRemove ? <RemoveButton onRemove={props.onRemove} /> : null}
        </Row>
      </Row>
    </Stack>
  );
}

function Person(props: { patient: PatientDetail }) {
  const { t, i18n } = useLingui();
  const { draft } = props.patient;
  const unknown = (
    <Unknown>
      <Trans>not recorded</Trans>
    </Unknown>
  );
  return (
    <Panel title={<Trans>Person</Trans>}>
      <Facts>
        {draft.names.map((name, index) => (
          <Fact key={name.item ?? index} name={name.use_ ? t(NAME_USE[name.use_]) : <Trans>Name</Trans>}>
            <bdi>{[name.prefix, name.given, name.family, name.suffix].filter(Boolean).join(" ") || name.text}</bdi>
          </Fact>
        ))}
        <Fact name={<Trans>Born</Trans>}>{showDate(draft.birth_date, i18n.locale) ?? unknown}</Fact>
        <Fact name={<Trans>Gender</Trans>}>{draft.gender ? t(GENDER_WORDS[draft.gender]) : unknown}</Fact>
        <Fact name={<Trans>Sex at birth</Trans>}>
          {draft.sex_at_birth ? labelOf(SEX_AT_BIRTH, draft.sex_at_birth, t) : unknown}
        </Fact>
        <Fact name={<Trans>Pronouns</Trans>}>{draft.pronouns ?? unknown}</Fact>
        <Fact name={<Trans>Marital status</Trans>}>
          {draft.marital_status ? labelOf(MARITAL, draft.marital_status, t) : unknown}
        </Fact>
        <Fact name={<Trans>Language</Trans>}>
          {draft.language ? languageName(draft.language, i18n.locale) : unknown}
        </Fact>
      </Facts>
    </Panel>
  );
}

function Contact(props: { draft: PatientDetail["draft"] }) {
  const { t } = useLingui();
  const { telecom } = props.draft;
  return (
    <Panel title={<Trans>Phone and e-mail</Trans>}>
      {telecom.length === 0 ? (
        <Empty>
          <Trans>Not recorded.</Trans>
        </Empty>
      ) : (
        <Facts>
          {telecom.map((point, index) => (
            <Fact
              key={point.item ?? index}
              name={[t(CONTACT_SYSTEM[point.system]), point.use_ ? t(CONTACT_USE[point.use_]) : ""]
                .filter(Boolean)
                .join(", ")}
            >
              {point.value} {point.e164 && point.e164 !== point.value ? <Chip tone="plain">{point.e164}</Chip> : null}
            </Fact>
          ))}
        </Facts>
      )}
    </Panel>
  );
}

function Addresses(props: { draft: PatientDetail["draft"] }) {
  const { t } = useLingui();
  const { addresses } = props.draft;
  return (
    <Panel title={<Trans>Addresses</Trans>}>
      {addresses.length === 0 ? (
        <Empty>
          <Trans>Not recorded.</Trans>
        </Empty>
      ) : (
        <Facts>
          {addresses.map((address, index) => {
            const parts = [
              address.line.replaceAll("\n", ", "),
              [address.postal_code, address.city].filter(Boolean).join(" "),
              [address.district, address.state].filter(Boolean).join(", "),
              address.country,
            ].filter(Boolean);
            return (
              <Fact
                key={address.item ?? index}
                name={address.use_ ? t(ADDRESS_USE[address.use_]) : <Trans>Address</Trans>}
              >
                <bdi>{parts.length > 0 ? parts.join(", ") : address.text}</bdi>
              </Fact>
            );
          })}
        </Facts>
      )}
    </Panel>
  );
}

function NextOfKin(props: { draft: PatientDetail["draft"] }) {
  const { next_of_kin } = props.draft;
  return (
    <Panel title={<Trans>Next of kin</Trans>}>
      {next_of_kin.length === 0 ? (
        <Empty>
          <Trans>Not recorded.</Trans>
        </Empty>
      ) : (
        <Facts>
          {next_of_kin.map((kin, index) => (
            <Fact key={kin.item ?? index} name={kin.relationship || <Trans>Relation not recorded</Trans>}>
              <bdi>{kin.name}</bdi>
              {kin.phone ? ` · ${kin.phone}` : null}
            </Fact>
          ))}
        </Facts>
      )}
    </Panel>
  );
}

function Identifiers(props: { draft: PatientDetail["draft"] }) {
  return (
    <Panel title={<Trans>Identifiers</Trans>}>
      <Facts>
        {props.draft.identifiers.map((identifier, index) => (
          <Fact
            key={identifier.item ?? index}
            name={identifier.label || identifier.system || <Trans>Identifier</Trans>}
          >
            {identifier.value}
          </Fact>
        ))}
      </Facts>
    </Panel>
  );
}

/** `de-CH` as people say it; an unknown tag stays as it is. */
function languageName(tag: string, language: string): string {
  try {
    return new Intl.DisplayNames(language, { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}
