import { describe, expect, test } from "vitest";
import type { PatientDraft } from "../../bridge";
import { checkForm, emptyAddress, emptyContact, emptyName, type FormState, formOf, newForm } from "./draft";

const today = { year: 2026, month: 11, day: 21 };
const check = (form: FormState) => checkForm(form, "day_first", today);

describe("a new registration", () => {
  test("starts with what was searched", () => {
    const [name] = newForm("mina khan").draft.names;
    expect(name).toMatchObject({ given: "Mina", family: "Khan", use_: "official" });
  });

  test("needs one part of a name and nothing else", () => {
    expect(check(newForm("")).problems).toEqual(["name_missing"]);
    const { draft, problems } = check(newForm("Suharto"));
    expect(problems).toEqual([]);
    expect(draft).toMatchObject({ birth_date: null, telecom: [], addresses: [] });
  });

  test("sends dates in ISO form and refuses what is none", () => {
    expect(check({ ...newForm("a b"), birthText: "3.4.80" }).draft.birth_date).toBe("1980-04-03");
    expect(check({ ...newForm("a b"), birthText: "31.2.80" }).problems).toEqual(["birth_unreadable"]);
  });

  test("death comes after birth", () => {
    const form = newForm("a b");
    const dead: FormState = {
      ...form,
      draft: { ...form.draft, deceased: { kind: "on", date: "" } },
      birthText: "1980",
      deathText: "1979",
    };
    expect(check(dead).problems).toEqual(["death_before_birth"]);
    expect(check({ ...dead, deathText: "" }).problems).toEqual(["death_unreadable"]);
    const { draft, problems } = check({ ...dead, deathText: "3.1.1980" });
    expect(problems).toEqual([]);
    expect(draft.deceased).toEqual({ kind: "on", date: "1980-01-03" });
  });
});

describe("an existing patient", () => {
  const odd: PatientDraft = {
    ...newForm("").draft,
    names: [
      { ...emptyName("maiden"), item: 1, family: " Ito " },
      { ...emptyName("official"), item: 2, family: "Sato", given: "Yui" },
    ],
    birth_date: "1801-02",
    telecom: [{ ...emptyContact("phone", "home"), item: 1 }],
    addresses: [{ ...emptyAddress(), item: 1, line: "Flat 3\nHigh Street " }],
    deceased: { kind: "on", date: "1799" },
  };

  test("goes back as it came when nobody touched it, however odd", () => {
    const { draft, problems } = check(formOf(odd, "en"));
    expect(problems).toEqual([]);
    expect(new Set(draft.names)).toEqual(new Set(odd.names));
    expect({ ...draft, names: [] }).toEqual({ ...odd, names: [] });
  });

  test("shows the official name first", () => {
    expect(formOf(odd, "en").draft.names[0]?.family).toBe("Sato");
  });

  test("trims only what was changed", () => {
    const form = formOf(odd, "en");
    const telecom = [...form.draft.telecom, { ...emptyContact("phone", "home"), value: " 030 1 " }];
    const { draft } = check({ ...form, draft: { ...form.draft, telecom } });
    expect(draft.telecom.map((point) => point.value)).toEqual(["", "030 1"]);
  });

  test("a cleared birth date is cleared", () => {
    expect(check({ ...formOf(odd, "en"), birthText: "" }).draft.birth_date).toBeNull();
  });
});
