import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { Why } from "../../bridge";

/** Why the glass is broken. */
export const WHY_WORDS: Record<Why, MessageDescriptor> = {
  emergency: msg`Emergency: life or health in danger now`,
  cover: msg`Cover: those who treat the patient cannot be reached`,
  patient: msg`The patient asked for it`,
  other: msg`Another reason`,
};
