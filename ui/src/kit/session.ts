import { createContext, useContext } from "react";
import type { Role, Session } from "../bridge";

/** Who is at work now. Only there while the vault is open. */
export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("shown outside an unlocked session");
  return session;
}

/** What the roles allow, as the program will decide it; here only to leave out what it would refuse. */
export interface Rights {
  /** Holds the key of the chart. */
  chart: boolean;
  /** Registers, edits and removes patients. */
  write: boolean;
  import: boolean;
  export: boolean;
  admin: boolean;
}

export function useRights(): Rights {
  const session = useSession();
  const has = (...roles: Role[]) => roles.some((role) => session.user.roles?.includes(role) === true);
  const chart = session.compartments.includes("clinical");
  return {
    chart,
    write: has("front_desk", "clinician"),
    import: has("clinician", "admin"),
    export: chart && has("clinician"),
    admin: has("admin"),
  };
}
