import { createContext, useContext, useEffect, useRef, useSyncExternalStore } from "react";
import { type Command, CommandRegistry, isMac, isTyping } from "./commands";

export const CommandContext = createContext(new CommandRegistry());

/** Offers commands as long as the component is shown. `run` is always the newest one. */
export function useCommands(commands: readonly Command[]): void {
  const registry = useContext(CommandContext);
  const newest = useRef(commands);
  newest.current = commands;
  const names = commands.map((command) => command.id).join(" ");
  // biome-ignore lint/correctness/useExhaustiveDependencies: registered again only when other commands are offered
  useEffect(
    () =>
      registry.add(newest.current.map((command, index) => ({ ...command, run: () => newest.current[index]?.run() }))),
    [registry, names],
  );
}

/** Everything that can be run now. */
export function useAllCommands(): readonly Command[] {
  const registry = useContext(CommandContext);
  return useSyncExternalStore(registry.watch, registry.all);
}

/** Runs commands by their keys. Used once, by the shell. */
export function useCommandKeys(): void {
  const registry = useContext(CommandContext);
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      const command = registry.find(event, { typing: isTyping(event.target), dialog: dialogOpen() }, isMac());
      if (!command) return;
      event.preventDefault();
      command.run();
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, [registry]);
}

function dialogOpen(): boolean {
  return document.querySelector('[aria-modal="true"]') !== null;
}
