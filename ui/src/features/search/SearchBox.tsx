import { useLingui } from "@lingui/react/macro";
import { Search as Lens } from "lucide-react";
import type { Ref } from "react";
import { Keys } from "../../kit/Keys";
import css from "../../kit/shell.module.css";
import { rowId, SEARCH_LIST_ID } from "./SearchResults";
import type { Search } from "./useSearch";

/** The one place to find a patient, always at the same spot. */
export function SearchBox(props: {
  search: Search;
  open: boolean;
  onOpen: (open: boolean) => void;
  onEscape: () => void;
  inputRef: Ref<HTMLInputElement>;
}) {
  const { t } = useLingui();
  const { search } = props;
  const row = props.open ? search.rows[search.selected] : undefined;
  return (
    <div className={css.search}>
      <Lens size={16} aria-hidden className={css.lens} />
      <input
        ref={props.inputRef}
        type="text"
        role="combobox"
        aria-label={t`Find a patient`}
        aria-expanded={props.open && search.rows.length > 0}
        aria-controls={SEARCH_LIST_ID}
        aria-autocomplete="list"
        aria-activedescendant={row ? rowId(row) : undefined}
        placeholder={t`Name, birth date, phone or MRN`}
        value={search.query}
        maxLength={200}
        autoComplete="off"
        autoCapitalize="off"
        autoCorrect="off"
        spellCheck={false}
        data-testid="search-input"
        onChange={(event) => {
          search.setQuery(event.currentTarget.value);
          props.onOpen(event.currentTarget.value !== "");
        }}
        onKeyDown={(event) => {
          if (event.key === "Escape") {
            event.preventDefault();
            if (search.query === "") return props.onEscape();
            search.setQuery("");
            return props.onOpen(false);
          }
          if (event.key === "ArrowDown" && !props.open) {
            event.preventDefault();
            return props.onOpen(true);
          }
          if (!props.open) return;
          search.onKeyDown(event);
        }}
      />
      <span className={css.hint} aria-hidden>
        <Keys keys="/" />
      </span>
    </div>
  );
}
