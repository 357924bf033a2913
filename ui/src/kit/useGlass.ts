import { type OwnGlass, type PatientDetail, useAsk } from "../bridge";
import { useRights } from "./session";

const EVERY_MS = 10_000;

/** The restricted charts that this person has open by broken glass. */
export function useGlass(): readonly OwnGlass[] {
  const rights = useRights();
  const mine = useAsk("glass_mine", {}, { enabled: rights.chart, refetchInterval: EVERY_MS });
  return mine.data ?? [];
}

/** Whether the patient's chart is closed to this person now: restricted, not to them, and no glass broken. */
export function isClosed(patient: PatientDetail, mine: readonly OwnGlass[]): boolean {
  const { restriction } = patient;
  if (restriction === null) return false;
  const named = restriction.open && restriction.glass_until_ms === null;
  return !named && !mine.some((one) => one.patient === patient.row.id);
}
