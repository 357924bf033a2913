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

export function interpretationWord(code: string | null, say: (message: MessageDescriptor) => string): string | null {
  const word = code === null ? undefined : WORDS[code];
  return word ? say(word) : null;
}
