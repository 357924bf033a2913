import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";

/** Words for the actions that the program writes into the audit trail. */
const ACTIONS: Record<string, MessageDescriptor> = {
  create: msg`created`,
  unlock: msg`unlocked`,
  unlock_failed: msg`failed to unlock`,
  lock: msg`locked`,
  view: msg`looked at`,
  open: msg`opened`,
  search: msg`found by search`,
  edit: msg`changed`,
  add: msg`added`,
  remove: msg`removed`,
  restore: msg`brought back`,
  export: msg`exported`,
  print: msg`printed`,
  import: msg`imported`,
};

/** An action that has no words here is shown as the program named it. */
export function auditWord(action: string, say: (message: MessageDescriptor) => string): string {
  const word = ACTIONS[action];
  return word ? say(word) : action.replaceAll("_", " ");
}
