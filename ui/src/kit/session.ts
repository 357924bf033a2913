import { createContext, useContext } from "react";
import type { Role, Session } from "../bridge";

/** Who is at work now. Only there while the vault is open. */
export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("shown outside an unlocked session");
  return session;
}

export interface Rights {
  /** Holds the key of the chart. */
  chart: boolean;
  admin: boolean;
}

export function useRights(): Rights {
  const session = useSession();
  const has = (role: Role) => session.user.roles?.includes(role) === true;
  return { chart: session.compartments.includes("clinical"), admin: has("admin") };
}
