import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { Purpose } from "../../bridge";

/** Words for the actions that the program writes into the audit trail. */
const ACTIONS: Record<string, MessageDescriptor> = {
  found: msg`set up the vault`,
  unlock: msg`unlocked`,
  unlock_failed: msg`wrong password`,
  lock: msg`locked`,
  search_open: msg`opened from a search`,
  view: msg`looked at`,
  register: msg`registered`,
  edit: msg`changed`,
  remove: msg`removed`,
  restore: msg`brought back`,
  import: msg`imported`,
  export: msg`exported`,
  print: msg`printed`,
  note: msg`wrote a note`,
  attach: msg`added a file`,
  user_add: msg`added a person`,
  user_change: msg`changed or removed a person`,
  password_change: msg`changed the password`,
  settings: msg`changed the settings`,
  receive: msg`took in changes of another device`,
  damage: msg`found damage`,
  settle: msg`settled a conflict`,
  clinic_attach: msg`attached a server`,
  invite: msg`invited a device`,
  join: msg`joining the clinic`,
  approve: msg`answered a request to join`,
  revoke: msg`revoked a device`,
  rotate: msg`renewed a key`,
  incident: msg`worked on an incident`,
  lease: msg`lease of this computer`,
  recovery_new: msg`made a recovery key`,
  recovery_check: msg`tried the recovery key`,
  recovery_use: msg`took this computer in with the recovery key`,
  posture: msg`reported how the computer stands`,
  posture_change: msg`found the computer's protection changed`,
  quarantine_view: msg`looked at what a revoked device wrote`,
  quarantine_accept: msg`took in what a revoked device wrote`,
  restriction_set: msg`restricted a patient`,
  restriction_change: msg`changed who opens a restricted chart`,
  restriction_lift: msg`lifted a restriction`,
  glass_break: msg`broke the glass`,
  glass_end: msg`broken glass ended`,
  glass_seen: msg`saw that the glass was broken`,
  quarantine_discard: msg`left out what a revoked device wrote`,
  values_view: msg`looked at before and after`,
  snapshot: msg`made or took in a snapshot`,
  wipe: msg`ordered or answered a wipe`,
  trail_export: msg`exported the audit trail`,
  accounting: msg`asked to whom records were given`,
  viewers: msg`asked who looked`,
};

/** The names of the actions that have words, in an order that people can find them in. */
export const ACTION_NAMES: readonly string[] = Object.keys(ACTIONS);

export const PURPOSE_WORDS: Record<Purpose, MessageDescriptor> = {
  treatment: msg`Treatment elsewhere`,
  payment: msg`Payment`,
  operations: msg`The clinic's own work`,
  patient: msg`The patient asked for it`,
  public_health: msg`Public health authority`,
  legal: msg`Court, police or another law`,
  research: msg`Research`,
  other: msg`Another purpose`,
};

/** An action that has no words here is shown as the program named it. */
export function auditWord(action: string, say: (message: MessageDescriptor) => string): string {
  const word = ACTIONS[action];
  return word ? say(word) : action.replaceAll("_", " ");
}
