import { type ComponentType, createElement } from "react";
import { createRoot, type Root } from "react-dom/client";
import { afterEach, beforeEach, expect, vi } from "vitest";

/**
 * Shows the whole page before each test, unlocked, and takes it away after it. The invented program is handed in because it reads the address
 * when it is loaded, which a test sets before. The answer shows the page anew in the middle of a test, after the program was changed.
 */
export function withPage(App: ComponentType, program: { unlockAgain: () => void }): (change: () => void) => void {
  let root: Root;
  const show = () => {
    root = createRoot(document.body.appendChild(document.createElement("div")));
    root.render(createElement(App));
  };
  beforeEach(() => {
    // Without layout Mantine finds nothing to focus in a menu and prints the whole document.
    vi.spyOn(console, "warn").mockReturnValue();
    program.unlockAgain();
    show();
  });
  afterEach(() => {
    root.unmount();
    document.body.replaceChildren();
  });
  return (change) => {
    root.unmount();
    change();
    show();
  };
}

export const all = (selector: string) => [...document.querySelectorAll<HTMLElement>(selector)];

export const mark = (name: string) => `[data-testid="${name}"]`;

/** Waits until the page shows it. */
export async function see(selector: string): Promise<HTMLElement> {
  await vi.waitFor(() => expect(all(selector)[0], selector).toBeDefined(), { timeout: 5_000, interval: 10 });
  return all(selector)[0] as HTMLElement;
}
