import { expect, test } from "vitest";
import { pairs, plainJson } from "./plainJson";

test("JSON without its signs", () => {
  expect(plainJson('"1954-02-28"')).toBe("1954-02-28");
  expect(plainJson('{"system":"phone","value":"12"}')).toBe("phone 12");
  expect(plainJson('["a",{"b":[1,null]}]')).toBe("a, 1");
  expect(plainJson("")).toBe("");
  expect(plainJson("no json")).toBe("no json");
});

test("details as pairs", () => {
  expect(pairs('{"fields":["telecom","address"],"at_ms":5}')).toBe("fields: telecom, address · at ms: 5");
  expect(pairs(null)).toBe("");
  expect(pairs("{")).toBe("{");
});
