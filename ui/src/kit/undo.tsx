import { i18n } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import type { ReactNode } from "react";
import css from "./layout.module.css";

const CLOSE = msg`Close`;
const UNDO_MS = 12_000;

/** Says what was done and offers to take it back for a while. */
export function offerUndo(words: { done: string; undo: string }, undo: () => void): void {
  const id = notifications.show({
    autoClose: UNDO_MS,
    closeButtonProps: { "aria-label": i18n._(CLOSE) },
    message: (
      <div className={`${css.row} ${css.spread}`}>
        <span>{words.done}</span>
        <Button
          variant="light"
          data-testid="undo-button"
          onClick={() => {
            notifications.hide(id);
            undo();
          }}
        >
          {words.undo}
        </Button>
      </div>
    ),
  });
}

/** Says that something was done. */
export function say(message: ReactNode): void {
  notifications.show({ message, autoClose: 5_000, closeButtonProps: { "aria-label": i18n._(CLOSE) } });
}
