import { expect, test } from "vitest";
import { attachProblems, EMPTY, fieldOfError } from "./attachForm";

const good = { server: "sync.clinic.example:8443", pin: "ab".repeat(32), token: "t", device_name: "Reception" };

test("an empty form names every field", () => {
  expect(attachProblems(EMPTY)).toEqual(["server", "pin", "token", "device_name"]);
});

test("an address is taken as people write it", () => {
  for (const server of ["192.0.2.7", "[2001:db8::1]:8443", "https://sync.clinic.example/", " host "]) {
    expect(attachProblems({ ...good, server }), server).toEqual([]);
  }
  for (const server of ["http://a", "a b", "a/b", "user@host"]) {
    expect(attachProblems({ ...good, server }), server).toEqual(["server"]);
  }
});

test("a pin may be written in groups", () => {
  expect(attachProblems({ ...good, pin: "AB:".repeat(31).concat("ab") })).toEqual([]);
  expect(attachProblems({ ...good, pin: "abab ".repeat(16) })).toEqual([]);
  expect(attachProblems({ ...good, pin: "ab".repeat(31) })).toEqual(["pin"]);
  expect(attachProblems({ ...good, pin: "gg".repeat(32) })).toEqual(["pin"]);
});

test("an error is shown at the field that it names", () => {
  const error = { code: "invalid" as const, retryable: false, detail: null };
  expect(fieldOfError({ ...error, field: "pin" })).toBe("pin");
  expect(fieldOfError({ ...error, field: "elsewhere" })).toBeNull();
  expect(fieldOfError(null)).toBeNull();
});
