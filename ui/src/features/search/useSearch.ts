import { keepPreviousData } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useState } from "react";
import { type CommandError, type PatientRow, type PatientSearchResult, useAsk } from "../../bridge";

const SEARCH_LIMIT = 50;
const RECENT_LIMIT = 20;

export type OpenVia = "search" | "recent";

export interface Search {
  query: string;
  setQuery: (query: string) => void;
  rows: readonly PatientRow[];
  result: PatientSearchResult | null;
  recent: boolean;
  pending: boolean;
  error: CommandError | null;
  retry: () => void;
  selected: number;
  select: (index: number) => void;
  open: (row: PatientRow) => void;
  onKeyDown: (event: KeyboardEvent) => void;
}

/** Patients for what is typed; with nothing typed, those opened last. */
export function useSearch(onOpen: (row: PatientRow, via: OpenVia) => void): Search {
  const [query, setText] = useState("");
  // Nobody is chosen before something was typed: Enter alone must open no record.
  const [selected, select] = useState(-1);
  const [enterFor, setEnterFor] = useState<string | null>(null);
  const asked = query.trim();
  const recent = asked === "";
  const found = useAsk(
    "patient_search",
    { query: asked, limit: SEARCH_LIMIT },
    { enabled: !recent, placeholderData: keepPreviousData, staleTime: 0, gcTime: 5_000 },
  );
  const last = useAsk("patient_recent", { limit: RECENT_LIMIT }, { staleTime: 0 });
  const active = recent ? last : found;
  const result = recent ? null : (found.data ?? null);
  const rows = (recent ? last.data : found.data?.rows) ?? [];
  const settled = recent || (!found.isPlaceholderData && found.data !== undefined);

  const setQuery = (text: string) => {
    setText(text);
    select(text.trim() === "" ? -1 : 0);
    setEnterFor(null);
  };
  const open = (row: PatientRow) => onOpen(row, recent ? "recent" : "search");

  // Enter pressed before the answer to the last letter is here must not open a
  // row of the answer before it: that would be another patient.
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when the awaited answer arrives, not when a handler changes
  useEffect(() => {
    if (enterFor === null || enterFor !== asked || !settled) return;
    setEnterFor(null);
    const first = rows[0];
    if (first) open(first);
  }, [enterFor, asked, settled]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const step = STEPS[event.key];
    if (step !== undefined && rows.length > 0) {
      event.preventDefault();
      select(Math.min(rows.length - 1, Math.max(0, selected + step)));
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      const row = rows[selected];
      if (!settled) setEnterFor(asked);
      else if (row) open(row);
    }
  };

  return {
    query,
    setQuery,
    rows,
    result,
    recent,
    pending: active.isPending,
    error: active.error,
    retry: () => void active.refetch(),
    selected: Math.min(selected, rows.length - 1),
    select,
    open,
    onKeyDown,
  };
}

const STEPS: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 };
