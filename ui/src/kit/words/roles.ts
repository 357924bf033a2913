import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { Gender, LockReason, Role } from "../../bridge";

export const ROLE_WORDS: Record<Role, MessageDescriptor> = {
  front_desk: msg`Front desk`,
  clinician: msg`Clinician`,
  admin: msg`Administrator`,
};

export const ROLE_HINTS: Record<Role, MessageDescriptor> = {
  front_desk: msg`Registers and finds patients. Has no key to the chart.`,
  clinician: msg`Reads and writes the chart.`,
  admin: msg`Adds people, changes settings, reads the audit trail.`,
};

export const GENDER_WORDS: Record<Gender, MessageDescriptor> = {
  female: msg`Female`,
  male: msg`Male`,
  other: msg`Other`,
  unknown: msg`Unknown`,
};

export const LOCK_WORDS: Record<LockReason, MessageDescriptor | null> = {
  button: null,
  shortcut: null,
  user_switch: null,
  started: null,
  quit: null,
  window_closed: null,
  idle: msg`Locked because nobody used it for a while.`,
  suspend: msg`Locked because the computer went to sleep.`,
  access_changed: msg`The clinic has settled what you may do here. Unlock to go on.`,
  revoked: msg`The clinic has revoked this computer. Nothing was erased, and nobody can unlock here any more.`,
  wiped: null,
  lease_ended: msg`Locked because this computer has not met the clinic’s server for longer than the clinic allows. Nothing was erased.`,
  screen_lock: msg`Locked together with the screen.`,
};
