import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { CommandError } from "../../bridge";

/** What is wrong with a recovery key, by the field of its error; `at` names a place, or two. */
const FAULTS: Record<string, (at: string) => MessageDescriptor> = {
  "words.count": (at) => msg`${at} words were typed; there are 24.`,
  "words.unknown": (at) => msg`Word ${at} is not in the list of words.`,
  "words.wrong": (at) => msg`Word ${at} is not the one on the paper.`,
  "words.swapped": (at) => msg`Words ${at} have changed places.`,
  "words.check": () => msg`The check characters behind the words cannot be read: two groups of four, with a hyphen.`,
  "words.mixed": () => msg`One word is wrong, or two have changed places. With the check characters the place is told.`,
  "words.paper": () => msg`Words and check characters are of two different recovery keys.`,
  "shares.few": () => msg`One share alone makes no key. Type two of the three.`,
  "shares.many": () => msg`There are only three shares.`,
  "shares.length": (at) => msg`The share in field ${at} is cut short or too long: it has 28 groups of four characters.`,
  "shares.mistyped": (at) => msg`The share in field ${at} is mistyped.`,
  "shares.version": (at) => msg`The share in field ${at} was made by a newer version.`,
  "shares.foreign": (at) => msg`The share in field ${at} is of another recovery key.`,
  "shares.different": () => msg`The two shares are of different recovery keys.`,
  "shares.twice": (at) => msg`Share ${at} was typed twice.`,
  "shares.altered": (at) => msg`Share ${at} was altered since it was printed. Use the other two.`,
  "shares.disagree": () => msg`One of the two shares was altered since it was printed. The third would tell which.`,
  none: () => msg`The clinic has no recovery key.`,
  replaced: () => msg`This recovery key was replaced by another.`,
};

/** The words for what is wrong, where more is known than the error's title says. */
export function recoveryFault(error: CommandError): MessageDescriptor | null {
  if (!error.code.startsWith("recovery_") || !error.field) return null;
  const [what = "", at = ""] = error.field.split("[");
  return FAULTS[what]?.(at.replace("]", "").replace(",", " / ")) ?? null;
}
