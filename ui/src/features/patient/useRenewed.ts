import { useEffect, useRef } from "react";
import { type PatientRow, useAsk } from "../../bridge";
import { isAttached, useSync } from "../../kit/useSync";

const LIMIT = 20;

/**
 * Opens the patient anew when another device has changed them. Each opening is written down, so the page looks at the list of
 * those opened last, which is asked for again whenever something came in, and opens only on a difference there.
 */
export function useRenewed(shown: PatientRow | undefined, renew: () => void): void {
  const attached = isAttached(useSync());
  const recent = useAsk("patient_recent", { limit: LIMIT }, { enabled: attached && shown !== undefined });
  const row = recent.data?.find((one) => one.id === shown?.id);
  const now = row ? factsOf(row) : null;
  const known = useRef<string | null>(null);
  const mine = shown ? factsOf(shown) : null;
  useEffect(() => {
    if (now === null || now === known.current) return;
    const first = known.current === null;
    known.current = now;
    if (!first && now !== mine) renew();
  });
}

/** Without what depends on the rows around it. */
export function factsOf(row: PatientRow): string {
  return JSON.stringify({ ...row, same_name: false });
}
