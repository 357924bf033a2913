import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { Allergy, AllergyState } from "../../bridge";

/** The three states of the record, and the one of a block that failed or may not be seen. */
export type ShownAllergyState = AllergyState | "unavailable";

export const ALLERGY_STATE_WORDS: Record<ShownAllergyState, MessageDescriptor> = {
  known: msg`Allergies`,
  no_known: msg`No known allergies`,
  not_recorded: msg`Allergies not recorded`,
  unavailable: msg`Allergies unavailable`,
};

export const CRITICALITY_WORDS: Record<NonNullable<Allergy["criticality"]>, MessageDescriptor> = {
  low: msg`Low risk`,
  high: msg`High risk`,
  "unable-to-assess": msg`Risk not assessed`,
};
