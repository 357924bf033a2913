import { useLingui } from "@lingui/react/macro";
import { ActionIcon, Modal } from "@mantine/core";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import css from "./overlay.module.css";

/** A dialog over the page, with a heading that names it. */
export function Dialog(props: {
  title: string;
  opened: boolean;
  onClose: () => void;
  size?: number;
  children: ReactNode;
}) {
  const { t } = useLingui();
  return (
    <Modal.Root opened={props.opened} onClose={props.onClose} size={props.size ?? 440}>
      <Modal.Overlay />
      <Modal.Content aria-label={props.title}>
        <Modal.Body p={0}>
          <div className={css.dialogHead}>
            <h2>{props.title}</h2>
            <ActionIcon color="gray" onClick={props.onClose} aria-label={t`Close`}>
              <X size={18} aria-hidden />
            </ActionIcon>
          </div>
          <div className={css.dialogBody}>{props.children}</div>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

/** A dialog without a heading of its own, near the top of the window. */
export function BareDialog(props: { label: string; onClose: () => void; size: number; children: ReactNode }) {
  return (
    <Modal.Root opened onClose={props.onClose} size={props.size} yOffset="10vh" centered={false}>
      <Modal.Overlay />
      <Modal.Content aria-label={props.label}>
        <Modal.Body p={0}>{props.children}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
