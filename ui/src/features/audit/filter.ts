import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { Which } from "../../bridge";
import { type DateOrder, type PartialDate, readTyped, todayAsDate } from "../../kit/dates";

/** What a person asks of the trail. */
export interface Filter {
  user: string | null;
  device: string | null;
  patient: { id: string; name: string } | null;
  /** A group of actions, one action by name, or everything. */
  kind: string;
  /** Days as they were typed. */
  from: string;
  until: string;
}

export const EVERYTHING: Filter = { user: null, device: null, patient: null, kind: "all", from: "", until: "" };

/** Actions that people ask for together. */
export const GROUPS: Readonly<Record<string, { title: MessageDescriptor; actions: readonly string[] }>> = {
  looks: { title: msg`Looks at records`, actions: ["view", "search_open"] },
  changes: {
    title: msg`Changes to records`,
    actions: ["register", "edit", "remove", "restore", "note", "attach", "settle", "import"],
  },
  given: { title: msg`Exports and prints`, actions: ["export", "print", "trail_export"] },
  doors: { title: msg`Unlocks and wrong passwords`, actions: ["unlock", "unlock_failed", "lock"] },
  rights: {
    title: msg`People, devices and rights`,
    actions: ["user_add", "user_change", "invite", "join", "approve", "revoke", "wipe", "incident"],
  },
  rules: {
    title: msg`Keys, rules and settings`,
    actions: ["found", "clinic_attach", "settings", "password_change", "rotate"],
  },
  asked: { title: msg`Questions to this trail`, actions: ["accounting", "viewers", "trail_export"] },
};

/** As the program takes it; null while a day is typed that is none. */
export function toWhich(filter: Filter, order: DateOrder, today: PartialDate = todayAsDate()): Which | null {
  const from = filter.from.trim() === "" ? null : readTyped(filter.from, order, today);
  const until = filter.until.trim() === "" ? null : readTyped(filter.until, order, today);
  if ((filter.from.trim() !== "" && !from) || (filter.until.trim() !== "" && !until)) return null;
  return {
    user: filter.user,
    device: filter.device,
    patient: filter.patient?.id ?? null,
    actions: filter.kind === "all" ? [] : [...(GROUPS[filter.kind]?.actions ?? [filter.kind])],
    from_ms: from ? startOf(from) : null,
    until_ms: until ? startOf(next(until)) : null,
  };
}

/** Where a day, a month or a year begins, in the zone of this machine. */
function startOf(date: PartialDate): number {
  return new Date(date.year, (date.month ?? 1) - 1, date.day ?? 1).getTime();
}

/** The day, month or year after it. */
function next(date: PartialDate): PartialDate {
  const { year, month, day } = date;
  const after =
    month === null
      ? new Date(year + 1, 0, 1)
      : day === null
        ? new Date(year, month, 1)
        : new Date(year, month - 1, day + 1);
  return { year: after.getFullYear(), month: after.getMonth() + 1, day: after.getDate() };
}
