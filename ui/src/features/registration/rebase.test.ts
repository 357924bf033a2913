import { expect, test } from "vitest";
import type { PatientDraft } from "../../bridge";
import { rebase } from "./rebase";

const opened: PatientDraft = {
  names: [],
  birth_date: "1980-04-03",
  gender: "female",
  sex_at_birth: null,
  pronouns: null,
  telecom: [],
  addresses: [],
  identifiers: [],
  next_of_kin: [],
  deceased: { kind: "alive_or_unknown" },
  marital_status: null,
  language: "de",
  emergency_note: null,
};

test("what nobody touched in the form stays as another device left it", () => {
  const now = { ...opened, language: "en", marital_status: "M" };
  const mine = { ...opened, birth_date: "1981-04-03" };
  expect(rebase(opened, mine, now)).toEqual({ ...now, birth_date: "1981-04-03" });
});

test("the same part changed twice is for a person", () => {
  expect(rebase(opened, { ...opened, language: "fr" }, { ...opened, language: "en" })).toBeNull();
});

test("the same change twice is one", () => {
  const now = { ...opened, language: "en" };
  expect(rebase(opened, now, now)).toEqual(now);
});
