import type { MessageDescriptor } from "@lingui/core";
import type { ConflictRow } from "../../bridge";
import { showWhen } from "../../kit/dates";
import { labelOf, MARITAL, SEX_AT_BIRTH } from "../../kit/words/person";
import { GENDER_WORDS } from "../../kit/words/roles";

const DATES =
  /^(birthDate|recordedDate|authoredOn|issued|(deceased|onset|abatement|effective|performed|occurrence)\[x\])$/;

/** A contested value as the rest of the program shows such a value; the program's own text where that knows no better. */
export function showValue(
  row: Pick<ConflictRow, "element">,
  text: string,
  say: (message: MessageDescriptor) => string,
  language: string,
): string {
  if (DATES.test(row.element)) return showWhen(text, language) ?? text;
  if (row.element === "gender") return labelOf(GENDER_WORDS, text, say);
  if (row.element === "extension:birthsex") return labelOf(SEX_AT_BIRTH, text, say);
  if (row.element === "maritalStatus") return labelOf(MARITAL, text, say);
  return text;
}
