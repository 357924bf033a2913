import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";

/** Codes of HL7's observation interpretation that a reader must not miss. */
const WORDS: Record<string, MessageDescriptor> = {
  H: msg`high`,
  HH: msg`critically high`,
  HU: msg`far too high`,
  L: msg`low`,
  LL: msg`critically low`,
  LU: msg`far too low`,
  A: msg`abnormal`,
  AA: msg`critically abnormal`,
  POS: msg`positive`,
  R: msg`resistant`,
};

const USUAL = /^(n|normal|neg|negative|s)$/i;

export interface Interpretation {
  word: string;
  /** Known to be out of the usual; words of another system are shown without alarm. */
  alarming: boolean;
}

/** What to say about a value; nothing for a usual one. */
export function interpretationOf(
  code: string | null,
  say: (message: MessageDescriptor) => string,
): Interpretation | null {
  if (!code || USUAL.test(code.trim())) return null;
  const word = WORDS[code];
  return word ? { word: say(word), alarming: true } : { word: code, alarming: false };
}

/** The value without the unit that the column names. */
export function withoutUnit(text: string, unit: string | null): string {
  return unit && text.endsWith(unit) ? text.slice(0, -unit.length).trim() : text;
}
