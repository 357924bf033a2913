import type { MessageDescriptor } from "@lingui/core";
import { msg, plural } from "@lingui/core/macro";
import type { DeviceWarning, PostureField, Told } from "../../bridge";

/** What is to be looked at on a computer, in a few words. */
export function warningWord(warning: DeviceWarning): MessageDescriptor {
  const count = warning.count ?? 0;
  switch (warning.kind) {
    case "differs":
      return msg`records differ from ours`;
    case "not_encrypted":
      return msg`disk not encrypted`;
    case "out_of_date":
      return msg`an update waits`;
    case "silent":
      return msg`${plural(count, { one: "silent for # day", other: "silent for # days" })}`;
    case "unsent":
      return msg`${plural(count, { one: "# change not sent", other: "# changes not sent" })}`;
    case "clock_off":
      return msg`${plural(count, { one: "clock wrong by # minute", other: "clock wrong by # minutes" })}`;
    case "no_screen_lock":
      return msg`screen does not lock`;
    case "former_users":
      return msg`${plural(count, { one: "key of # person who left", other: "keys of # people who left" })}`;
    case "no_report":
      return msg`has not reported yet`;
  }
}

export const TOLD_WORDS: Record<Told, MessageDescriptor> = {
  yes: msg`yes`,
  no: msg`no`,
  unknown: msg`cannot tell`,
};

export const POSTURE_WORDS: Record<PostureField, MessageDescriptor> = {
  host: msg`name of the computer`,
  os: msg`operating system`,
  app: msg`Wardkeep`,
  keychain: msg`keychain`,
  disk_encrypted: msg`disk encryption`,
  screen_locks: msg`screen lock`,
  users: msg`people with a key`,
};
