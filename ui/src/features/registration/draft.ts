import type { Address, ContactPoint, HumanName, Identifier, NextOfKin, PatientDraft } from "../../bridge";
import { type DateOrder, type PartialDate, readTyped, showDate, toIso } from "../../kit/dates";
import { namesFromQuery } from "../../kit/names";

/** The form while it is filled in: dates are kept as typed until they are saved. */
export interface FormState {
  draft: PatientDraft;
  birthText: string;
  deathText: string;
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
  };
}

/** An existing patient as a form. */
export function formOf(draft: PatientDraft, language: string): FormState {
  return {
    draft: {
      ...draft,
      names: draft.names.length > 0 ? draft.names : [emptyName("official")],
      telecom: draft.telecom.length > 0 ? draft.telecom : [emptyContact("phone", "mobile")],
      addresses: draft.addresses.length > 0 ? draft.addresses : [emptyAddress()],
    },
    birthText: showDate(draft.birth_date, language) ?? "",
    deathText: draft.deceased.kind === "on" ? (showDate(draft.deceased.date, language) ?? draft.deceased.date) : "",
  };
}

export type FieldProblem = "name_missing" | "birth_unreadable" | "death_unreadable" | "death_before_birth";

export interface Checked {
  /** What is sent: empty rows left out, dates in ISO form. */
  draft: PatientDraft;
  problems: readonly FieldProblem[];
}

/** Reads the form. Any part of a name is enough, and no birth date is a fact too. */
export function checkForm(form: FormState, order: DateOrder, today: PartialDate, before: PatientDraft | null): Checked {
  const problems: FieldProblem[] = [];
  const { draft } = form;
  const birth = dateOrKept(form.birthText, before?.birth_date ?? null, order, today);
  if (birth === undefined) problems.push("birth_unreadable");
  const names = draft.names.map(trimmed).filter((name) => name.given || name.family || name.text);
  if (names.length === 0) problems.push("name_missing");
  let { deceased } = draft;
  if (deceased.kind === "on") {
    const keptDeath = before?.deceased.kind === "on" ? before.deceased.date : null;
    const death = dateOrKept(form.deathText, keptDeath, order, today);
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
      telecom: draft.telecom.map(trimmed).filter((point) => point.value),
      addresses: draft.addresses
        .map(trimmed)
        .filter((at) => at.line || at.city || at.district || at.state || at.postal_code || at.country || at.text),
      identifiers: draft.identifiers.map(trimmed).filter((identifier) => identifier.value),
      next_of_kin: draft.next_of_kin.map(trimmed).filter((kin) => kin.name || kin.phone),
      pronouns: orNull(draft.pronouns),
      language: orNull(draft.language),
      emergency_note: orNull(draft.emergency_note),
      deceased,
    },
  };
}

/** Undefined when the text is no date. A text that nobody touched keeps the exact value, time of day included. */
function dateOrKept(
  text: string,
  kept: string | null,
  order: DateOrder,
  today: PartialDate,
): string | null | undefined {
  if (text.trim() === "") return null;
  const date = readTyped(text, order, today);
  if (!date) return undefined;
  const iso = toIso(date);
  return kept?.startsWith(`${iso}T`) ? kept : iso;
}

function trimmed<T extends object>(value: T): T {
  const entries = Object.entries(value).map(([key, part]) => [key, typeof part === "string" ? part.trim() : part]);
  return Object.fromEntries(entries) as T;
}

function orNull(text: string | null): string | null {
  const kept = text?.trim() ?? "";
  return kept === "" ? null : kept;
}
