import type { PatientDraft } from "../../bridge";

/**
 * A form sends the whole patient. Where another device has changed the patient since the form was opened, only what was changed in the
 * form may go over what is there now. Null where both changed the same part: a person must look.
 */
export function rebase(opened: PatientDraft, mine: PatientDraft, now: PatientDraft): PatientDraft | null {
  const merged = { ...now };
  for (const part of Object.keys(mine) as (keyof PatientDraft)[]) {
    if (same(mine[part], opened[part])) continue;
    if (!same(now[part], opened[part]) && !same(now[part], mine[part])) return null;
    Object.assign(merged, { [part]: mine[part] });
  }
  return merged;
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
