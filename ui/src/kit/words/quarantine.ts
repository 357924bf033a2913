import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { QuarantinePart } from "../../bridge";

/** What was put aside of a revoked computer, by part. */
export const QUARANTINE_PARTS: Record<QuarantinePart, MessageDescriptor> = {
  office: msg`Office`,
  clinical: msg`Chart`,
  audit: msg`Trail of what was done`,
};
