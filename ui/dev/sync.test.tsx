import { expect, test, vi } from "vitest";
import { all, mark, see, withPage } from "./page";

window.history.replaceState(null, "", "/?sync=offline&conflicts=1&requests=1");
const program = await import("./transport");
vi.mock("../src/bridge/transport", () => import("./transport"));
const { App } = await import("../src/app/App");
const anew = withPage(App, program);

test("the status line says since when the computer is offline and how much waits", async () => {
  const line = await see(`${mark("sync-line")}[data-state="offline"]`);
  expect(line.textContent).toMatch(/^Offline since .*\. 12 changes wait$/);
});

test("a settled conflict leaves the list and can be taken back", async () => {
  (await see(mark("review-link"))).click();
  await see(mark("conflict"));
  const before = all(mark("conflict")).length;
  all(mark("conflict-keep"))[0]?.click();
  await vi.waitFor(() => expect(all(mark("conflict"))).toHaveLength(before - 1), { timeout: 5_000 });
  (await see(mark("undo-button"))).click();
  await vi.waitFor(() => expect(all(mark("conflict"))).toHaveLength(before), { timeout: 5_000 });
});

test("nobody is let in before the words are said to be the same", async () => {
  (await see(mark("sync-line"))).click();
  (await see(mark("sync-devices"))).click();
  (await see(mark("join-approve"))).click();
  const confirm = (await see(mark("join-approve-confirm"))) as HTMLButtonElement;
  expect(confirm.disabled).toBe(true);
  (await see(mark("join-compared"))).click();
  await vi.waitFor(() => expect(confirm.disabled).toBe(false));
  confirm.click();
  await vi.waitFor(() => expect(all(mark("join-request"))).toHaveLength(0), { timeout: 5_000 });
});

test("a person without a role sees the words, not the records, until the clinic lets them in", async () => {
  anew(() => program.join("waiting"));
  expect((await see(mark("join-words"))).textContent).toContain("harbour");
  expect(all(mark("search-input"))).toHaveLength(0);
  program.join("approved");
  await see(`${mark("join-state")}[data-state="approved"]`);
  program.accessChanged();
  await see(mark("unlock-password"));
  expect(document.body.textContent).toContain("The clinic has settled what you may do here");
  program.join(null);
});
