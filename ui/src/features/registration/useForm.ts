import { useCallback, useState } from "react";
import type { PatientDraft } from "../../bridge";
import type { FormState } from "./draft";

type ListKey = "names" | "telecom" | "addresses" | "identifiers" | "next_of_kin";
type Item<K extends ListKey> = PatientDraft[K][number];

export interface Form {
  state: FormState;
  dirty: boolean;
  /** Changes texts of the form itself. */
  put: (change: Partial<Pick<FormState, "birthText" | "deathText">>) => void;
  /** Changes single facts of the draft. */
  set: (change: Partial<PatientDraft>) => void;
  /** Changes one item of a list. */
  change: <K extends ListKey>(key: K, index: number, change: Partial<Item<K>>) => void;
  add: <K extends ListKey>(key: K, item: Item<K>) => void;
  remove: (key: ListKey, index: number) => void;
}

export function useForm(start: FormState): Form {
  const [state, setState] = useState(start);
  const [dirty, setDirty] = useState(false);
  const update = useCallback((next: (state: FormState) => FormState) => {
    setDirty(true);
    setState(next);
  }, []);
  const set = (change: Partial<PatientDraft>) => update((now) => ({ ...now, draft: { ...now.draft, ...change } }));
  const list = <K extends ListKey>(key: K, next: (items: Item<K>[]) => Item<K>[]) =>
    update((now) => ({ ...now, draft: { ...now.draft, [key]: next(now.draft[key] as Item<K>[]) } }));
  return {
    state,
    dirty,
    put: (change) => update((now) => ({ ...now, ...change })),
    set,
    change: (key, index, change) =>
      list(key, (items) => items.map((item, at) => (at === index ? { ...item, ...change } : item))),
    add: (key, item) => list(key, (items) => [...items, item]),
    remove: (key, index) => list(key, (items) => items.filter((_, at) => at !== index)),
  };
}
