import { createContext, useContext } from "react";
import type { LockReason, Session } from "../bridge";

/** What the shell and its screens may ask of the program around them. */
export interface Place {
  lock: (reason: LockReason) => void;
  /** Takes over a session whose settings have changed. */
  setSession: (session: Session) => void;
  /** Asks for the session's facts again, after something changed how many patients there are. */
  refreshSession: () => void;
  /** When the vault locks by itself unless somebody does something (performance clock, ms). */
  idleAt: number | null;
}

export const PlaceContext = createContext<Place | null>(null);

export function usePlace(): Place {
  const place = useContext(PlaceContext);
  if (!place) throw new Error("shown outside the workplace");
  return place;
}
