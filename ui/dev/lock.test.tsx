import { createRoot, type Root } from "react-dom/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import * as program from "./transport";

vi.mock("../src/bridge/transport", () => import("./transport"));
const { App } = await import("../src/app/App");

let root: Root;
let host: HTMLElement;

beforeEach(async () => {
  // Without layout Mantine finds nothing to focus in a menu and prints the whole document.
  vi.spyOn(console, "warn").mockReturnValue();
  program.unlockAgain();
  host = document.body.appendChild(document.createElement("div"));
  root = createRoot(host);
  root.render(<App />);
  await see('[data-testid="search-row"]');
});

afterEach(() => {
  root.unmount();
  document.body.replaceChildren();
});

const find = (selector: string) => document.querySelector<HTMLElement>(selector);

/** Waits until the page shows it. */
async function see(selector: string): Promise<HTMLElement> {
  await vi.waitFor(() => expect(find(selector), selector).not.toBeNull(), { timeout: 5_000, interval: 10 });
  return find(selector) as HTMLElement;
}

async function openFirst(): Promise<void> {
  const row = find('[data-testid="search-row"]');
  row?.click();
  await see('[data-testid="patient-banner"]');
  await see('[data-testid="allergy-state"][data-state="known"]');
}

test("the program's lock empties the page in the same instant", async () => {
  await openFirst();
  expect(document.body.innerHTML).toMatch(/OKONKWO/);
  expect(document.body.innerHTML).toMatch(/Penicillin/);
  program.lockFromOutside("suspend");
  expect(document.body.innerHTML).not.toMatch(/okonkwo|penicillin|meyer/i);
  await see('[data-testid="unlock-password"]');
  expect(document.body.textContent).toContain("the computer went to sleep");
});

test("an answer that comes after the lock is not shown", async () => {
  const row = find('[data-testid="search-row"]');
  row?.click();
  program.lockFromOutside("idle");
  await see('[data-testid="unlock-password"]');
  await new Promise((done) => setTimeout(done, 60));
  expect(document.body.innerHTML).not.toMatch(/okonkwo|penicillin|meyer/i);
});

test("the lock button locks the vault and the page", async () => {
  await openFirst();
  find('[data-testid="lock-button"]')?.click();
  await see('[data-testid="unlock-password"]');
  expect(program.isLocked()).toBe(true);
  expect(document.body.innerHTML).not.toMatch(/okonkwo|penicillin|meyer/i);
});

test("a message about a record goes with the lock", async () => {
  await openFirst();
  const remove = await see('[data-testid="allergy-remove"]');
  remove.click();
  const reason = await see('[role="menuitem"]');
  reason.click();
  await see('[data-testid="undo-button"]');
  program.lockFromOutside("screen_lock");
  expect(document.body.innerHTML).not.toMatch(/penicillin/i);
  // What the lock has begun must end before the page of the test is gone.
  await see('[data-testid="unlock-password"]');
});
