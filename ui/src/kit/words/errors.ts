import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { CommandError, ErrorCode } from "../../bridge";

/** What happened, and what the person can do about it. */
export interface ErrorWords {
  title: MessageDescriptor;
  advice: MessageDescriptor;
}

/** Words for every code the program can answer with. */
export const ERROR_WORDS: Record<ErrorCode, ErrorWords> = {
  wrong_password: {
    title: msg`This password does not open the vault`,
    advice: msg`Check Caps Lock and the keyboard layout, then type it again. Each wrong try makes the next wait longer.`,
  },
  too_soon: {
    title: msg`Too many wrong passwords`,
    advice: msg`Wait until the time is over. Restarting the program does not shorten it.`,
  },
  keychain_absent: {
    title: msg`This computer has no keychain service running`,
    advice: msg`Wardkeep keeps one half of the key in the system's keychain. Start it (on Linux: GNOME Keyring or KWallet, started at log-in), then try again. The records are safe and unchanged.`,
  },
  keychain_locked: {
    title: msg`The system's keychain is locked`,
    advice: msg`Unlock it (usually by logging in to the computer with your password, or in the keychain program), then try again. The records are safe and unchanged.`,
  },
  keychain_entry_missing: {
    title: msg`The keychain no longer has this vault's entry`,
    advice: msg`Without it no password can open this vault. Log in with the computer account that created it, or put the keychain back from a backup of this computer. Do not create a new vault over this one.`,
  },
  keychain_changed: {
    title: msg`This is another keychain than last time`,
    advice: msg`The vault was last opened with a different keychain service. Start that service again (ask whoever looks after this computer what was changed), then try again.`,
  },
  slot_damaged: {
    title: msg`The file with this person's key is damaged`,
    advice: msg`Another person of this computer can still unlock, and an administrator can remove and add you again. Keep a copy of the file that is named here.`,
  },
  slot_newer: {
    title: msg`This person's key was written by a newer Wardkeep`,
    advice: msg`Update Wardkeep on this computer, then unlock again.`,
  },
  no_vault: {
    title: msg`There is no vault on this computer`,
    advice: msg`Restart Wardkeep to set one up. If there was a vault before, look for its folder first: its place is shown under Machine check.`,
  },
  vault_exists: {
    title: msg`There is a vault on this computer already`,
    advice: msg`Wardkeep never writes a new vault over an old one. Restart Wardkeep to unlock it.`,
  },
  locked: {
    title: msg`Wardkeep is locked`,
    advice: msg`Unlock it, then do this again.`,
  },
  forbidden: {
    title: msg`Your role does not allow this`,
    advice: msg`Ask an administrator of your clinic for the role, or ask a colleague who has it.`,
  },
  chart_restricted: {
    title: msg`This patient is restricted: the chart is closed to you`,
    advice: msg`It opens to the people who are named for it. In an emergency, open the patient's page and break the glass.`,
  },
  not_found: {
    title: msg`This record is not here any more`,
    advice: msg`It may have been removed. Search for it again.`,
  },
  invalid: {
    title: msg`Something in what was entered is not valid`,
    advice: msg`Look at the field that is named, correct it, then save again.`,
  },
  password_too_short: {
    title: msg`The password is too short`,
    advice: msg`Use more characters. A sentence of four or more words is long and easy to remember.`,
  },
  password_too_long: {
    title: msg`The password is too long`,
    advice: msg`Use at most 256 characters.`,
  },
  password_common: {
    title: msg`This password is on lists of common passwords`,
    advice: msg`Whoever steals the laptop tries those first. Choose words that are not a saying, a name or a pattern.`,
  },
  vault_newer: {
    title: msg`This vault was written by a newer Wardkeep`,
    advice: msg`Update Wardkeep on this computer. Nothing was changed.`,
  },
  vault_damaged: {
    title: msg`A file of the vault is damaged`,
    advice: msg`It was moved aside and nothing was deleted. Do not enter records now; open Machine check and restore the newest backup.`,
  },
  vault_busy: {
    title: msg`The vault is in use`,
    advice: msg`Another Wardkeep window or program has it open. Close that one, then try again.`,
  },
  disk_full: {
    title: msg`The disk is full`,
    advice: msg`Nothing of this change was kept, everything before it is safe. Free some space, then save again.`,
  },
  file_unreadable: {
    title: msg`A file cannot be read`,
    advice: msg`Check that it exists, that you may read it and that it is complete.`,
  },
  import_running: {
    title: msg`An import is running`,
    advice: msg`Wait until it has finished, or cancel it first.`,
  },
  cancelled: {
    title: msg`Cancelled`,
    advice: msg`What was finished before stays.`,
  },
  too_large: {
    title: msg`This is too large`,
    advice: msg`Use a smaller file or a shorter text.`,
  },
  conflict: {
    title: msg`Somebody changed this in the meantime`,
    advice: msg`Load it again, look at what changed, then make your change.`,
  },
  server_unreachable: {
    title: msg`The server cannot be reached`,
    advice: msg`Check the network and the address, then try again. Work on this computer goes on without it.`,
  },
  server_certificate: {
    title: msg`The server’s certificate does not fit the pin`,
    advice: msg`Compare the pin with the one that the server printed when it was set up. If both are the same, somebody may stand between this computer and the server: do not go on, and tell whoever runs the server.`,
  },
  server_refused: {
    title: msg`The server refuses this`,
    advice: msg`A founding token works once and for 30 days. If that is not the reason, ask whoever runs the server to look at its log.`,
  },
  server_full: {
    title: msg`The server has no room left`,
    advice: msg`Everything is kept here and is sent once there is room. Tell whoever runs the server.`,
  },
  server_answer: {
    title: msg`The server answered something that this Wardkeep does not understand`,
    advice: msg`Check that the address is that of a Wardkeep server and that both have the same version, then try again.`,
  },
  not_attached: {
    title: msg`This computer works alone`,
    advice: msg`Attach a server first, on the page Sync.`,
  },
  not_enrolled: {
    title: msg`You are not known to the clinic on this computer yet`,
    advice: msg`An administrator must unlock Wardkeep on this computer once while the server can be reached.`,
  },
  policy_forbids: {
    title: msg`The rules of the clinic do not allow this`,
    advice: msg`Settings shows the rules. An administrator can change them for everybody.`,
  },
  update_required: {
    title: msg`The clinic asks for a newer Wardkeep before anything is written`,
    advice: msg`You can go on reading, and what was written is sent. Update Wardkeep on this computer, then do this again.`,
  },
  lease_ended: {
    title: msg`This computer must meet the clinic’s server before it opens again`,
    advice: msg`It was offline for longer than the clinic allows, or too many wrong passwords were given. Connect it to the clinic’s network, then unlock: Wardkeep asks the server by itself. If the server cannot be reached from here, bring the computer to the clinic. Nothing was erased.`,
  },
  user_revoked: {
    title: msg`The clinic has taken you off this computer`,
    advice: msg`Nothing was erased. Ask an administrator of your clinic if this is a mistake.`,
  },
  device_revoked: {
    title: msg`This computer was taken out of the clinic`,
    advice: msg`Nothing was erased, but it takes part no more. Ask an administrator of your clinic.`,
  },
  roster_refused: {
    title: msg`The clinic’s rules do not allow this change`,
    advice: msg`Another administrator may have changed something at the same moment. Look at the list of devices, then try again.`,
  },
  no_key: {
    title: msg`The key for this has not arrived yet`,
    advice: msg`A colleague’s computer that has it sends it as soon as it is online and unlocked. Try again later.`,
  },
  file_not_here: {
    title: msg`This document’s file is not on this computer yet`,
    advice: msg`It comes by itself as soon as the computer that has it has sent it. The sync page says what waits.`,
  },
  expired: {
    title: msg`This has expired`,
    advice: msg`An invitation holds for a day. Ask an administrator for a new one.`,
  },
  invitation_invalid: {
    title: msg`This is not a whole invitation code`,
    advice: msg`Copy all of it, from “wardkeep1” to the last character, and paste it again. A single wrong character is noticed.`,
  },
  recovery_words: {
    title: msg`These are not the words of a recovery key`,
    advice: msg`Compare them with the paper one by one, and type the two groups of check characters behind them.`,
  },
  recovery_shares: {
    title: msg`These shares make no recovery key`,
    advice: msg`Two different shares of the same recovery key are needed. Compare them with the paper, group by group.`,
  },
  recovery_key: {
    title: msg`This is not the clinic’s recovery key`,
    advice: msg`It is another clinic’s, or was replaced by a newer one. Use the paper with the name that is shown here.`,
  },
  wiped: {
    title: msg`This computer is being wiped`,
    advice: msg`The clinic has ordered it. Nothing opens here any more; what is left of it is being destroyed.`,
  },
  internal: {
    title: msg`Something went wrong inside Wardkeep`,
    advice: msg`Try again. If it happens again, open Machine check and give its report to whoever looks after your clinic's computers.`,
  },
};

/** The words for an error. */
export function errorWords(error: CommandError): ErrorWords {
  return ERROR_WORDS[error.code];
}
