import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { Address, ContactPoint, HumanName } from "../../bridge";

export const NAME_USE: Record<NonNullable<HumanName["use_"]>, MessageDescriptor> = {
  official: msg`Official name`,
  usual: msg`Usual name`,
  nickname: msg`Nickname`,
  maiden: msg`Name before marriage`,
  old: msg`Earlier name`,
  temp: msg`Temporary name`,
  anonymous: msg`Alias`,
};

export const CONTACT_SYSTEM: Record<ContactPoint["system"], MessageDescriptor> = {
  phone: msg`Phone`,
  sms: msg`SMS`,
  email: msg`E-mail`,
  fax: msg`Fax`,
  pager: msg`Pager`,
  url: msg`Web page`,
  other: msg`Other`,
};

export const CONTACT_USE: Record<NonNullable<ContactPoint["use_"]>, MessageDescriptor> = {
  mobile: msg`mobile`,
  home: msg`home`,
  work: msg`work`,
  temp: msg`temporary`,
  old: msg`no longer used`,
};

export const ADDRESS_USE: Record<NonNullable<Address["use_"]>, MessageDescriptor> = {
  home: msg`Home`,
  work: msg`Work`,
  temp: msg`Temporary`,
  old: msg`No longer used`,
  billing: msg`Billing`,
};

/** Codes of FHIR's birth sex. */
export const SEX_AT_BIRTH: Record<string, MessageDescriptor> = {
  F: msg`Female`,
  M: msg`Male`,
  OTH: msg`Other`,
  UNK: msg`Unknown`,
};

/** Codes of FHIR's marital status. */
export const MARITAL: Record<string, MessageDescriptor> = {
  S: msg`Never married`,
  M: msg`Married`,
  D: msg`Divorced`,
  W: msg`Widowed`,
  L: msg`Legally separated`,
  T: msg`Domestic partner`,
  A: msg`Annulled`,
  I: msg`Interlocutory`,
  P: msg`Polygamous`,
  U: msg`Unmarried`,
  UNK: msg`Unknown`,
};

/** The words for a code; a code that has none is shown as it is. */
export function labelOf(
  words: Record<string, MessageDescriptor>,
  code: string,
  say: (message: MessageDescriptor) => string,
): string {
  const word = words[code];
  return word ? say(word) : code;
}
