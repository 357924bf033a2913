import { useLingui } from "@lingui/react/macro";
import { keepPreviousData } from "@tanstack/react-query";
import { type KeyboardEvent, useId, useMemo, useState } from "react";
import { useNavigate } from "react-router";
import { type PatientRow, useAsk } from "../bridge";
import { BareDialog } from "../kit/Dialog";
import { showDate } from "../kit/dates";
import { Keys } from "../kit/Keys";
import { bannerName } from "../kit/names";
import css from "../kit/overlay.module.css";
import { useAllCommands } from "../kit/useCommands";

const PATIENT_LIMIT = 6;

interface Entry {
  id: string;
  main: string;
  side: string;
  keys?: string;
  run: () => void;
}

/** Finds patients and commands by typing. */
export function Palette(props: { onClose: () => void }) {
  const { t } = useLingui();
  const [query, setQuery] = useState("");
  const [selected, setSelected] = useState(0);
  const list = useId();
  const { patients, commands, stale } = useEntries(query);
  const entries = [...patients, ...commands];
  const current = entries[Math.min(selected, entries.length - 1)];

  const choose = (entry: Entry) => {
    props.onClose();
    // After the dialog has given the focus back, so that a command may move it.
    requestAnimationFrame(entry.run);
  };
  const keys = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      setSelected((entries.length + selected + step) % Math.max(1, entries.length));
    } else if (event.key === "Enter" && current && !(stale && current.id.startsWith("patient:"))) {
      event.preventDefault();
      choose(current);
    }
  };

  return (
    <BareDialog label={t`Find anything`} onClose={props.onClose} size={640}>
      <input
        className={css.input}
        role="combobox"
        aria-label={t`Find a patient or a command`}
        aria-expanded={entries.length > 0}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={current ? `${list}-${current.id}` : undefined}
        placeholder={t`Find a patient or a command`}
        value={query}
        maxLength={200}
        data-autofocus
        autoComplete="off"
        spellCheck={false}
        data-testid="palette-input"
        onChange={(event) => {
          setQuery(event.currentTarget.value);
          setSelected(0);
        }}
        onKeyDown={keys}
      />
      <div className={css.list} id={list} role="listbox" aria-label={t`Patients and commands`}>
        <Group title={t`Patients`} entries={patients} list={list} current={current} onChoose={choose} />
        <Group title={t`Commands`} entries={commands} list={list} current={current} onChoose={choose} />
      </div>
      {entries.length === 0 ? <div className={css.empty}>{t`Nothing found`}</div> : null}
    </BareDialog>
  );
}

function Group(props: {
  title: string;
  entries: readonly Entry[];
  list: string;
  current: Entry | undefined;
  onChoose: (entry: Entry) => void;
}) {
  if (props.entries.length === 0) return null;
  return (
    // biome-ignore lint/a11y/useSemanticElements: groups inside a listbox have no element of their own
    <div role="group" aria-label={props.title}>
      <div className={css.group} aria-hidden>
        {props.title}
      </div>
      {props.entries.map((entry) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the field above handles the keys of its list
        <div
          key={entry.id}
          id={`${props.list}-${entry.id}`}
          role="option"
          tabIndex={-1}
          aria-selected={entry === props.current}
          className={css.item}
          onClick={() => props.onChoose(entry)}
        >
          <bdi className={css.main}>{entry.main}</bdi>
          <span className={css.side}>{entry.side}</span>
          {entry.keys ? <Keys keys={entry.keys} /> : null}
        </div>
      ))}
    </div>
  );
}

function useEntries(query: string): { patients: Entry[]; commands: Entry[]; stale: boolean } {
  const { t, i18n } = useLingui();
  const navigate = useNavigate();
  const all = useAllCommands();
  const asked = query.trim();
  const found = useAsk(
    "patient_search",
    { query: asked, limit: PATIENT_LIMIT },
    { enabled: asked !== "", placeholderData: keepPreviousData, staleTime: 0, gcTime: 5_000 },
  );
  const rows: readonly PatientRow[] = asked === "" ? [] : (found.data?.rows ?? []);
  const commands = useMemo(() => {
    const words = asked.toLocaleLowerCase().split(/\s+/);
    return all
      .filter((command) => !command.quiet)
      .map((command) => ({ command, title: t(command.title) }))
      .filter(({ title }) => words.every((word) => title.toLocaleLowerCase().includes(word)))
      .map(({ command, title }): Entry => {
        const entry: Entry = { id: `command:${command.id}`, main: title, side: "", run: command.run };
        return command.keys ? { ...entry, keys: command.keys } : entry;
      });
  }, [all, asked, t]);
  const patients = rows.map(
    (row): Entry => ({
      id: `patient:${row.id}`,
      main: bannerName(row),
      side: `${showDate(row.birth_date, i18n.locale) ?? t`born: unknown`} · ${row.mrn}`,
      run: () => void navigate(`/patient/${row.id}`, { state: { via: "search" } }),
    }),
  );
  return { patients, commands, stale: found.isPlaceholderData };
}
