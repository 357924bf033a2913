import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";

const UNITS: Record<string, (count: string) => MessageDescriptor> = {
  day: (count) => msg`${count} d`,
  week: (count) => msg`${count} w`,
  month: (count) => msg`${count} m`,
  year: (count) => msg`${count} y`,
};

/** The program's `38 years` or `5–6 months` in short words; anything else as it came. */
export function ageWords(age: string, say: (message: MessageDescriptor) => string): string {
  const found = /^(\S+) (day|week|month|year)s?$/.exec(age);
  const unit = found?.[2] ? UNITS[found[2]] : undefined;
  return unit && found?.[1] ? say(unit(found[1])) : age;
}
