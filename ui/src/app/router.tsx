import { createMemoryRouter } from "react-router";
import { AboutPage } from "../features/about/AboutPage";
import { AuditPage } from "../features/audit/AuditPage";
import { ConflictsPage } from "../features/conflicts/ConflictsPage";
import { DevicesPage } from "../features/devices/DevicesPage";
import { IncidentFlow } from "../features/incident/IncidentFlow";
import { IncidentsPage } from "../features/incident/IncidentsPage";
import { KeysPage } from "../features/keys/KeysPage";
import { MachineCheck } from "../features/machine/MachineCheck";
import { GlassPage } from "../features/restricted/GlassPage";
import { SyncPage } from "../features/sync/SyncPage";
import { UsersPage } from "../features/users/UsersPage";
import { EditRoute, ImportRoute, PatientRoute, RegisterRoute, SettingsRoute } from "./routes";
import { Crashed, Shell } from "./Shell";

/** The pages live in memory: no record id is ever written to the web view's own history files. */
export function createPages() {
  return createMemoryRouter([
    {
      element: <Shell />,
      errorElement: <Crashed />,
      children: [
        { index: true, element: null },
        { path: "register", element: <RegisterRoute /> },
        { path: "patient/:id", element: <PatientRoute /> },
        { path: "patient/:id/edit", element: <EditRoute /> },
        { path: "import", element: <ImportRoute /> },
        { path: "users", element: <UsersPage /> },
        { path: "sync", element: <SyncPage /> },
        { path: "devices", element: <DevicesPage /> },
        { path: "incidents", element: <IncidentsPage /> },
        { path: "incident/:id", element: <IncidentFlow /> },
        { path: "break-glass", element: <GlassPage /> },
        { path: "keys", element: <KeysPage /> },
        { path: "review", element: <ConflictsPage /> },
        { path: "settings", element: <SettingsRoute /> },
        { path: "audit", element: <AuditPage /> },
        { path: "machine", element: <MachineCheck /> },
        { path: "about", element: <AboutPage /> },
      ],
    },
  ]);
}
