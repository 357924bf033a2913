import type { Address, ContactPoint, HumanName, Identifier, NextOfKin, PatientDraft } from "../../bridge";
import { type DateOrder, type PartialDate, readTyped, showDate, toIso } from "../../kit/dates";
import { namesFromQuery } from "../../kit/names";

/** The form while it is filled in: dates are kept as typed until they are saved. */
export interface FormState {
  draft: PatientDraft;
  birthText: string;
  deathText: string;
  /** The form as it was opened: what nobody touched is sent back as it came, however odd it is. */
  before: { draft: PatientDraft; birthText: string; deathText: string } | null;
}

export const emptyName = (use: HumanName["use_"]): HumanName => ({
  item: null,
  use_: use,
  prefix: "",
  given: "",
  family: "",
  suffix: "",
  text: "",
});

export const emptyContact = (system: ContactPoint["system"], use: ContactPoint["use_"]): ContactPoint => ({
  item: null,
  system,
  use_: use,
  value: "",
  e164: null,
});

export const emptyAddress = (): Address => ({
  item: null,
  use_: "home",
  line: "",
  city: "",
  district: "",
  state: "",
  postal_code: "",
  country: "",
  text: "",
});

export const emptyIdentifier = (): Identifier => ({ item: null, system: "", value: "", label: "" });

export const emptyKin = (): NextOfKin => ({ item: null, name: "", relationship: "", phone: "" });

/** A new registration. What was typed into the search becomes the name. */
export function newForm(query: string): FormState {
  const { given, family } = namesFromQuery(query);
  return {
    draft: {
      names: [{ ...emptyName("official"), given, family }],
      birth_date: null,
      gender: null,
      sex_at_birth: null,
      pronouns: null,
      telecom: [emptyContact("phone", "mobile")],
      addresses: [emptyAddress()],
      identifiers: [],
      next_of_kin: [],
      deceased: { kind: "alive_or_unknown" },
      marital_status: null,
      language: null,
      emergency_note: null,
    },
    birthText: "",
    deathText: "",
    before: null,
  };
}

/** An existing patient as a form, the name that identifies first. */
export function formOf(draft: PatientDraft, language: string): FormState {
  const texts = {
    birthText: showDate(draft.birth_date, language) ?? draft.birth_date ?? "",
    deathText: draft.deceased.kind === "on" ? (showDate(draft.deceased.date, language) ?? draft.deceased.date) : "",
  };
  const official = draft.names.find((name) => name.use_ === "official") ?? draft.names[0] ?? emptyName("official");
  return {
    draft: {
      ...draft,
      names: [official, ...draft.names.filter((name) => name !== official)],
      telecom: draft.telecom.length > 0 ? draft.telecom : [emptyContact("phone", "mobile")],
      addresses: draft.addresses.length > 0 ? draft.addresses : [emptyAddress()],
    },
    ...texts,
    before: { draft, ...texts },
  };
}

export type FieldProblem = "name_missing" | "birth_unreadable" | "death_unreadable" | "death_before_birth";

export interface Checked {
  /** What is sent: empty rows left out, dates in ISO form. */
  draft: PatientDraft;
  problems: readonly FieldProblem[];
}

/** Reads the form. Any part of a name is enough, and no birth date is a fact too. */
export function checkForm(form: FormState, order: DateOrder, today: PartialDate): Checked {
  const problems: FieldProblem[] = [];
  const { draft, before } = form;
  const read = (text: string) => dateOf(text, order, today);
  const birth = form.birthText === before?.birthText ? before.draft.birth_date : read(form.birthText);
  if (birth === undefined) problems.push("birth_unreadable");
  const names = cleaned(draft.names, before?.draft.names, (name) => name.given || name.family || name.text);
  if (names.length === 0) problems.push("name_missing");
  let { deceased } = draft;
  if (deceased.kind === "on" && (form.deathText !== before?.deathText || deceased.date === "")) {
    const death = read(form.deathText);
    if (!death) problems.push("death_unreadable");
    else {
      if (birth && death.slice(0, birth.length) < birth.slice(0, death.length)) problems.push("death_before_birth");
      deceased = { kind: "on", date: death };
    }
  }
  return {
    problems,
    draft: {
      ...draft,
      names,
      birth_date: birth ?? null,
      telecom: cleaned(draft.telecom, before?.draft.telecom, (point) => point.value),
      addresses: cleaned(
        draft.addresses,
        before?.draft.addresses,
        (at) => at.line || at.city || at.district || at.state || at.postal_code || at.country || at.text,
      ),
      identifiers: cleaned(draft.identifiers, before?.draft.identifiers, (identifier) => identifier.value),
      next_of_kin: cleaned(draft.next_of_kin, before?.draft.next_of_kin, (kin) => kin.name || kin.phone),
      pronouns: orNull(draft.pronouns),
      language: orNull(draft.language),
      emergency_note: orNull(draft.emergency_note),
      deceased,
    },
  };
}

/** Null for no text, undefined for a text that is no date. */
function dateOf(text: string, order: DateOrder, today: PartialDate): string | null | undefined {
  if (text.trim() === "") return null;
  const date = readTyped(text, order, today);
  return date ? toIso(date) : undefined;
}

/** Items as they are sent: untouched ones as they came, others trimmed, empty ones left out. */
function cleaned<T extends object>(
  items: readonly T[],
  before: readonly T[] | undefined,
  holds: (item: T) => string,
): T[] {
  const untouched = new Set((before ?? []).map((item) => JSON.stringify(item)));
  return items.flatMap((item) => {
    if (untouched.has(JSON.stringify(item))) return [item];
    const next = trimmed(item);
    return holds(next) ? [next] : [];
  });
}

function trimmed<T extends object>(value: T): T {
  const entries = Object.entries(value).map(([key, part]) => [key, typeof part === "string" ? part.trim() : part]);
  return Object.fromEntries(entries) as T;
}

function orNull(text: string | null): string | null {
  const kept = text?.trim() ?? "";
  return kept === "" ? null : kept;
}
