import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import type { Section } from "../kit/commands";
import { Dialog } from "../kit/Dialog";
import { Keys } from "../kit/Keys";
import css from "../kit/overlay.module.css";
import { useAllCommands } from "../kit/useCommands";

const SECTIONS: readonly { id: Section; title: MessageDescriptor }[] = [
  { id: "everywhere", title: msg`Everywhere` },
  { id: "patient", title: msg`Patient` },
  { id: "chart", title: msg`Chart` },
  { id: "form", title: msg`Form` },
  { id: "list", title: msg`List` },
];

/** All keys that work on the page below, from the same registry that runs them. */
export function ShortcutSheet(props: { onClose: () => void }) {
  const { t } = useLingui();
  const commands = useAllCommands();
  return (
    <Dialog opened onClose={props.onClose} title={t`Shortcuts`} size={720}>
      <div className={css.sheet}>
        {SECTIONS.map((section) => {
          const mine = commands.filter((command) => command.section === section.id && command.keys);
          if (mine.length === 0) return null;
          return (
            <section key={section.id}>
              <h2>{t(section.title)}</h2>
              <ul>
                {mine.map((command) => (
                  <li key={command.id}>
                    <span>{t(command.title)}</span>
                    <Keys keys={command.keys ?? ""} />
                  </li>
                ))}
              </ul>
            </section>
          );
        })}
        <section>
          <h2>{t`Lists`}</h2>
          <ul>
            <li>
              <span>{t`Choose a row`}</span>
              <Keys keys="↑+↓" />
            </li>
            <li>
              <span>{t`Open the row`}</span>
              <Keys keys="enter" />
            </li>
            <li>
              <span>{t`Empty the search, then leave it`}</span>
              <Keys keys="escape" />
            </li>
          </ul>
        </section>
      </div>
    </Dialog>
  );
}
