import { msg } from "@lingui/core/macro";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";
import { call } from "../bridge";
import type { Command } from "../kit/commands";
import { useRights } from "../kit/session";
import { useCommands } from "../kit/useCommands";
import { isAttached, useSync } from "../kit/useSync";
import { usePlace } from "./place";

/** What can be done from every page. */
export function useAppCommands(shell: {
  focusSearch: () => void;
  register: () => void;
  show: (overlay: "palette" | "sheet") => void;
}): void {
  const navigate = useNavigate();
  const { lock } = usePlace();
  const rights = useRights();
  const answers = useQueryClient();
  const syncNow = () =>
    call("sync_now", {}).then(
      (status) => answers.setQueryData(["sync_status", {}], status),
      () => undefined,
    );
  const go = (path: string) => () => void navigate(path);
  const everywhere = { section: "everywhere" } as const;
  const commands: Command[] = [
    {
      id: "app.lock",
      title: msg`Lock`,
      keys: "mod+l",
      overDialogs: true,
      run: () => lock("shortcut"),
      ...everywhere,
    },
    {
      id: "app.palette",
      title: msg`Find anything`,
      keys: "mod+k",
      quiet: true,
      run: () => shell.show("palette"),
      ...everywhere,
    },
    { id: "app.shortcuts", title: msg`Shortcuts`, keys: "?", run: () => shell.show("sheet"), ...everywhere },
    { id: "patient.find", title: msg`Find a patient`, keys: "/", run: shell.focusSearch, ...everywhere },
    {
      id: "patient.find2",
      title: msg`Find a patient`,
      keys: "mod+f",
      quiet: true,
      run: shell.focusSearch,
      ...everywhere,
    },
    { id: "page.patients", title: msg`Patients`, keys: "alt+p", run: go("/"), ...everywhere },
    { id: "page.sync", title: msg`Sync`, keys: "alt+s", run: go("/sync"), ...everywhere },
    { id: "page.review", title: msg`Conflicts to review`, keys: "alt+r", run: go("/review"), ...everywhere },
    { id: "page.settings", title: msg`Settings`, keys: "mod+,", run: go("/settings"), ...everywhere },
    { id: "page.machine", title: msg`Machine check`, run: go("/machine"), ...everywhere },
    { id: "page.about", title: msg`About Wardkeep`, run: go("/about"), ...everywhere },
    { id: "app.switch", title: msg`Another person…`, run: () => lock("user_switch"), ...everywhere },
  ];
  if (isAttached(useSync())) {
    commands.push({ id: "sync.now", title: msg`Sync now`, run: () => void syncNow(), ...everywhere });
  }
  if (rights.write) {
    commands.push({
      id: "patient.register",
      title: msg`Register a new patient`,
      keys: "alt+n",
      run: shell.register,
      ...everywhere,
    });
  }
  if (rights.import) {
    commands.push({ id: "page.import", title: msg`Import`, keys: "alt+i", run: go("/import"), ...everywhere });
  }
  if (rights.admin) {
    commands.push(
      { id: "page.devices", title: msg`Devices`, keys: "alt+d", run: go("/devices"), ...everywhere },
      {
        id: "page.incidents",
        title: msg`Incidents: a laptop was stolen, someone leaves`,
        run: go("/incidents"),
        ...everywhere,
      },
      { id: "page.keys", title: msg`Keys and certificates`, keys: "alt+k", run: go("/keys"), ...everywhere },
      { id: "device.invite", title: msg`Invite a device`, run: go("/devices"), ...everywhere },
      { id: "page.users", title: msg`People`, run: go("/users"), ...everywhere },
      { id: "page.audit", title: msg`Audit`, run: go("/audit"), ...everywhere },
    );
  }
  useCommands(commands);
}
