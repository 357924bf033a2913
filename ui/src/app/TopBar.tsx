import { Trans, useLingui } from "@lingui/react/macro";
import { Menu } from "@mantine/core";
import {
  ChevronDown,
  ClipboardCheck,
  CloudUpload,
  FileInput,
  GitCompareArrows,
  HeartPulse,
  Info,
  Keyboard,
  KeyRound,
  Laptop,
  LockKeyhole,
  Settings,
  ShieldCheck,
  Siren,
  UserPlus,
  Users,
  UsersRound,
} from "lucide-react";
import type { RefObject } from "react";
import { NavLink, useNavigate } from "react-router";
import { SearchBox } from "../features/search/SearchBox";
import type { Search } from "../features/search/useSearch";
import { useRights, useSession } from "../kit/session";
import css from "../kit/shell.module.css";
import { usePlace } from "./place";

export function TopBar(props: {
  search: Search;
  searching: boolean;
  input: RefObject<HTMLInputElement | null>;
  onSearchOpen: (open: boolean) => void;
  onSearchEscape: () => void;
  onRegister: () => void;
  onOverlay: (overlay: "palette" | "sheet") => void;
}) {
  const { t } = useLingui();
  const session = useSession();
  const rights = useRights();
  return (
    <header className={css.bar}>
      <button type="button" className={css.skip} onClick={() => document.getElementById("page")?.focus()}>
        <Trans>Skip to the page</Trans>
      </button>
      <div className={css.brand} title={session.clinic_name}>
        <ShieldCheck size={18} aria-hidden />
        <span>{session.clinic_name}</span>
      </div>
      <Nav />
      <SearchBox
        search={props.search}
        open={props.searching}
        inputRef={props.input}
        onOpen={props.onSearchOpen}
        onEscape={props.onSearchEscape}
      />
      {rights.write ? (
        <button
          type="button"
          className={`${css.tool} ${css.strong}`}
          onClick={props.onRegister}
          data-testid="register-open"
          title={t`Register a new patient`}
        >
          <UserPlus size={16} aria-hidden />
          <span>
            <Trans>New patient</Trans>
          </span>
        </button>
      ) : null}
      <UserMenu onOverlay={props.onOverlay} />
      <LockButton />
    </header>
  );
}

function Nav() {
  const { t } = useLingui();
  const rights = useRights();
  return (
    <nav className={css.nav} aria-label={t`Pages`}>
      <NavLink to="/" end title={t`Patients`}>
        <Users size={16} aria-hidden />
        <span>
          <Trans>Patients</Trans>
        </span>
      </NavLink>
      {rights.import ? (
        <NavLink to="/import" title={t`Import`} data-testid="import-open">
          <FileInput size={16} aria-hidden />
          <span>
            <Trans>Import</Trans>
          </span>
        </NavLink>
      ) : null}
      {rights.admin ? (
        <>
          <NavLink to="/users" title={t`People`}>
            <UsersRound size={16} aria-hidden />
            <span>
              <Trans>People</Trans>
            </span>
          </NavLink>
          <NavLink to="/audit" title={t`Audit`}>
            <ClipboardCheck size={16} aria-hidden />
            <span>
              <Trans>Audit</Trans>
            </span>
          </NavLink>
        </>
      ) : null}
    </nav>
  );
}

function UserMenu(props: { onOverlay: (overlay: "palette" | "sheet") => void }) {
  const { user } = useSession();
  const rights = useRights();
  const { t } = useLingui();
  const navigate = useNavigate();
  const { lock } = usePlace();
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <button
          type="button"
          className={css.tool}
          aria-label={t`${user.initials}, menu of ${user.name}`}
          data-testid="user-menu"
        >
          <bdi>{user.initials}</bdi>
          <ChevronDown size={14} aria-hidden />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <bdi>{user.name}</bdi>
        </Menu.Label>
        <Menu.Item leftSection={<UsersRound size={16} aria-hidden />} onClick={() => lock("user_switch")}>
          <Trans>Another person…</Trans>
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<CloudUpload size={16} aria-hidden />} onClick={() => void navigate("/sync")}>
          <Trans>Sync</Trans>
        </Menu.Item>
        <Menu.Item leftSection={<GitCompareArrows size={16} aria-hidden />} onClick={() => void navigate("/review")}>
          <Trans>Conflicts to review</Trans>
        </Menu.Item>
        {rights.admin ? (
          <Menu.Item leftSection={<Laptop size={16} aria-hidden />} onClick={() => void navigate("/devices")}>
            <Trans>Devices</Trans>
          </Menu.Item>
        ) : null}
        {rights.admin ? (
          <Menu.Item
            leftSection={<Siren size={16} aria-hidden />}
            onClick={() => void navigate("/incidents")}
            data-testid="menu-incidents"
          >
            <Trans>Incidents</Trans>
          </Menu.Item>
        ) : null}
        {rights.admin ? (
          <Menu.Item
            leftSection={<Siren size={16} aria-hidden />}
            onClick={() => void navigate("/break-glass")}
            data-testid="menu-glass"
          >
            <Trans>Broken glass</Trans>
          </Menu.Item>
        ) : null}
        {rights.admin ? (
          <Menu.Item
            leftSection={<KeyRound size={16} aria-hidden />}
            onClick={() => void navigate("/keys")}
            data-testid="menu-keys"
          >
            <Trans>Keys and certificates</Trans>
          </Menu.Item>
        ) : null}
        <Menu.Divider />
        <Menu.Item leftSection={<Settings size={16} aria-hidden />} onClick={() => void navigate("/settings")}>
          <Trans>Settings</Trans>
        </Menu.Item>
        <Menu.Item leftSection={<HeartPulse size={16} aria-hidden />} onClick={() => void navigate("/machine")}>
          <Trans>Machine check</Trans>
        </Menu.Item>
        <Menu.Item leftSection={<Keyboard size={16} aria-hidden />} onClick={() => props.onOverlay("sheet")}>
          <Trans>Shortcuts</Trans>
        </Menu.Item>
        <Menu.Item leftSection={<Info size={16} aria-hidden />} onClick={() => void navigate("/about")}>
          <Trans>About Wardkeep</Trans>
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function LockButton() {
  const { t } = useLingui();
  const { lock } = usePlace();
  return (
    <button type="button" title={t`Lock`} className={css.tool} onClick={() => lock("button")} data-testid="lock-button">
      <LockKeyhole size={16} aria-hidden />
      <span>
        <Trans>Lock</Trans>
      </span>
    </button>
  );
}
