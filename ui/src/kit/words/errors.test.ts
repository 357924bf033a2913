import type { MessageDescriptor } from "@lingui/core";
import { expect, test } from "vitest";
import { ERROR_CODES } from "../../bridge";
import { i18n, LANGUAGES, speak } from "../../locales/load";
import { errorWords } from "./errors";
import { fieldWords } from "./fields";

test.each(LANGUAGES)("every error says in $name what happened and what to do", ({ id }) => {
  speak(id);
  const titles = new Set<string>();
  for (const code of ERROR_CODES) {
    const words = errorWords({ code, field: null, retryable: false, detail: null });
    const [title, advice] = [i18n._(words.title), i18n._(words.advice)];
    expect(title, code).toMatch(/\p{L}{3}/u);
    expect(title, code).not.toBe(words.title.id);
    expect(advice.length, code).toBeGreaterThan(15);
    expect(titles.has(title), `${code} has the words of another`).toBe(false);
    titles.add(title);
  }
  speak("en");
});

test("the paths of a form have words", () => {
  const say = (message: MessageDescriptor) => i18n._(message);
  expect(fieldWords("draft.telecom[1].value", say)).toBe("Phone and e-mail, 2");
  expect(fieldWords("birth_date", say)).toBe("Born");
  expect(fieldWords("draft.unheard_of", say)).toBeNull();
});
