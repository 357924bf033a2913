import { isMac, showKeys } from "./commands";
import css from "./layout.module.css";

/** A shortcut as keys. */
export function Keys(props: { keys: string }) {
  return (
    <span className={css.keys}>
      {showKeys(props.keys, isMac()).map((key) => (
        <kbd key={key} className={css.kbd}>
          {key}
        </kbd>
      ))}
    </span>
  );
}
