import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";

const FIELDS: Record<string, MessageDescriptor> = {
  names: msg`Name`,
  birth_date: msg`Born`,
  gender: msg`Gender`,
  telecom: msg`Phone and e-mail`,
  addresses: msg`Addresses`,
  identifiers: msg`Identifiers`,
  next_of_kin: msg`Next of kin`,
  deceased: msg`Deceased`,
  sex_at_birth: msg`Sex at birth`,
  pronouns: msg`Pronouns`,
  marital_status: msg`Marital status`,
  language: msg`Language`,
  emergency_note: msg`Note for the front desk`,
  photo: msg`Photo`,
  source: msg`Source`,
  substance: msg`Substance`,
  reason: msg`Reason`,
  default_region: msg`Country of phone numbers without a prefix`,
  server: msg`Address of the server`,
  pin: msg`Pin of the server`,
  token: msg`Founding token`,
  device_name: msg`Name of this computer`,
  user_name: msg`Your name`,
  code: msg`Invitation code`,
  roles: msg`Roles`,
  min_password_length: msg`Shortest password`,
};

/** `draft.telecom[1].value` as `Phone and e-mail, 2`; null for a path that no form has. */
export function fieldWords(path: string, say: (message: MessageDescriptor) => string): string | null {
  const found = /^(?:draft\.)?(\w+)(?:\[(\d+)\])?/.exec(path);
  const word = found?.[1] ? FIELDS[found[1]] : undefined;
  if (!word) return null;
  return found?.[2] === undefined ? say(word) : `${say(word)}, ${Number(found[2]) + 1}`;
}
