import type { MessageDescriptor } from "@lingui/core";
import { expect, test } from "vitest";
import { weightOf } from "../../kit/words/elements";
import { i18n } from "../../locales/load";
import { showValue } from "./showValue";

const say = (message: MessageDescriptor) => i18n._(message);
const show = (element: string, text: string) => showValue({ element }, text, say, "en");

test("contested values look as they do elsewhere", () => {
  expect(show("birthDate", "1954-02-28")).toBe("28-Feb-1954");
  expect(show("birthDate", "1954")).toBe("1954");
  expect(show("gender", "female")).toBe("Female");
  expect(show("gender", "klingon")).toBe("klingon");
  expect(show("deceased[x]", "true")).toBe("true");
  expect(show("onset[x]", "2020-05")).toBe("May-2020");
  expect(show("name", "Okafor Ada")).toBe("Okafor Ada");
  expect(show("birthDate", "")).toBe("");
});

test("what identifies and what is clinical says so", () => {
  const patient = { compartment: "office", kind: "Patient" } as const;
  expect(weightOf({ ...patient, element: "birthDate" })).toBe("identifying");
  expect(weightOf({ ...patient, element: "telecom" })).toBe("other");
  expect(weightOf({ ...patient, element: "removed" })).toBe("identifying");
  expect(weightOf({ compartment: "clinical", kind: "AllergyIntolerance", element: "note" })).toBe("clinical");
  expect(weightOf({ compartment: "office", kind: "Practitioner", element: "name" })).toBe("other");
});
