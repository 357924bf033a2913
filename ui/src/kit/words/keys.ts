import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { KeyHolder, KeyKind, KeyStage } from "../../bridge";

/** What a key is called, and what it is for. */
export const KEY_WORDS: Record<KeyKind, { name: MessageDescriptor; purpose: MessageDescriptor }> = {
  epoch_office: {
    name: msg`Clinic key of the office`,
    purpose: msg`All computers of the clinic seal office records with it before they send them.`,
  },
  epoch_clinical: {
    name: msg`Clinic key of the chart`,
    purpose: msg`The clinicians' computers seal charts with it before they send them.`,
  },
  vault_office: {
    name: msg`Office file of this computer`,
    purpose: msg`Encrypts names, contacts and appointments on this disk.`,
  },
  vault_clinical: {
    name: msg`Chart file of this computer`,
    purpose: msg`Encrypts charts on this disk.`,
  },
  device_key: {
    name: msg`Key and certificate of this computer`,
    purpose: msg`Proves to the server and to the others that this is this computer, and signs what it sends.`,
  },
  device_secret: {
    name: msg`Secret in the keychain`,
    purpose: msg`Without it no password opens anything on this computer.`,
  },
  password: {
    name: msg`Your password`,
    purpose: msg`Change it when somebody else may know it. It has no end date.`,
  },
  recovery_key: {
    name: msg`Recovery key`,
    purpose: msg`Lets the clinic back in when nobody else can. It is kept on paper.`,
  },
  server_certificate: {
    name: msg`Certificate of the server`,
    purpose: msg`Proves to this computer that it talks to the clinic's own server.`,
  },
};

export const KEY_HOLDER_WORDS: Record<KeyHolder, MessageDescriptor> = {
  admin: msg`an administrator`,
  clinician: msg`a clinician`,
  anybody: msg`anybody on this computer`,
  yourself: msg`you, under Settings`,
  server: msg`the server, by itself`,
  join_anew: msg`revoke this computer, then let it join anew`,
};

export const KEY_STAGE_WORDS: Record<KeyStage, MessageDescriptor> = {
  copying: msg`Writing the file under the new key`,
  comparing: msg`Comparing both files, row by row`,
  checking: msg`Checking every page of the new file`,
  exchanging: msg`Putting the new file in place`,
};
