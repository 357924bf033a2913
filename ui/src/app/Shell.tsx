import { Trans } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { useCallback, useEffect, useRef, useState } from "react";
import { Outlet, useLocation, useNavigate } from "react-router";
import { GlassAlert } from "../features/restricted/GlassAlert";
import { GlassBar } from "../features/restricted/GlassBar";
import { SearchResults } from "../features/search/SearchResults";
import { useSearch } from "../features/search/useSearch";
import { Page } from "../kit/Layout";
import { ErrorNotice } from "../kit/Notes";
import { useSession } from "../kit/session";
import css from "../kit/shell.module.css";
import { useCommandKeys } from "../kit/useCommands";
import { Palette } from "./Palette";
import { ShortcutSheet } from "./ShortcutSheet";
import { StatusLine } from "./StatusLine";
import { TopBar } from "./TopBar";
import { useAppCommands } from "./useAppCommands";

/** The frame around every page: bar with search, the page, the status line. */
export function Shell() {
  const session = useSession();
  const navigate = useNavigate();
  const location = useLocation();
  const home = location.pathname === "/";
  const [active, setActive] = useState(false);
  const [overlay, setOverlay] = useState<"palette" | "sheet" | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const main = useRef<HTMLElement>(null);
  const search = useSearch((row, via) => {
    search.setQuery("");
    setActive(false);
    input.current?.blur();
    void navigate(`/patient/${row.id}`, { state: { via } });
  });
  const layer = home || active;

  const register = useCallback(
    (query: string) => {
      setActive(false);
      void navigate("/register", { state: { query } });
    },
    [navigate],
  );
  const focusSearch = useCallback(() => {
    input.current?.focus();
    input.current?.select();
  }, []);

  useAppCommands({ focusSearch, register: () => register(""), show: setOverlay });
  useCommandKeys();

  // A new page starts at its top with its heading in focus; the first page starts in the search field.
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when the page changes
  useEffect(() => {
    setActive(false);
    search.setQuery("");
    if (home) focusSearch();
    else if (!main.current?.contains(document.activeElement)) main.current?.focus();
    main.current?.scrollTo(0, 0);
  }, [location.pathname]);

  return (
    <div className={css.shell}>
      <TopBar
        search={search}
        searching={layer}
        input={input}
        onSearchOpen={setActive}
        onSearchEscape={() => {
          setActive(false);
          if (!home) main.current?.focus();
        }}
        onRegister={() => register("")}
        onOverlay={setOverlay}
      />
      <div>
        <GlassBar />
        <GlassAlert />
      </div>
      <main ref={main} className={css.main} tabIndex={-1} id="page">
        <div hidden={layer}>
          <Outlet />
        </div>
        {layer ? (
          <div className={css.layer}>
            <SearchResults search={search} total={session.patient_count} onRegister={register} />
          </div>
        ) : null}
      </main>
      <StatusLine />
      {overlay === "palette" ? <Palette onClose={() => setOverlay(null)} /> : null}
      {overlay === "sheet" ? <ShortcutSheet onClose={() => setOverlay(null)} /> : null}
    </div>
  );
}

/** In the place of a page whose code failed. Shows no detail, which could hold a record's words. */
export function Crashed() {
  const navigate = useNavigate();
  return (
    <Page
      title={<Trans>This page failed</Trans>}
      narrow
      actions={
        <Button onClick={() => void navigate("/")}>
          <Trans>Back to the patients</Trans>
        </Button>
      }
    >
      <ErrorNotice error={{ code: "internal", field: null, retryable: false, detail: null }} />
    </Page>
  );
}
