import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { IncidentKind, IncidentStep, StepState } from "../../bridge";
import type { Tone } from "../Notes";

export const INCIDENT_WORDS: Record<IncidentKind, MessageDescriptor> = {
  stolen: msg`A laptop was stolen`,
  leaving: msg`Someone leaves`,
};

/** What a step is called, what it does, and its button. */
export const STEP_WORDS: Record<
  IncidentStep,
  { name: MessageDescriptor; about: MessageDescriptor; act: MessageDescriptor }
> = {
  wipe: {
    name: msg`Wipe it`,
    about: msg`It destroys its keys and all records as soon as it meets the server, also when it is locked. First, because a thief may take it off the network. It can be ordered later as well.`,
    act: msg`Order the wipe…`,
  },
  revoke: {
    name: msg`Take it out of the clinic`,
    about: msg`The server turns it away at once, and it gets nothing that is written from now on. Nothing is erased there by this.`,
    act: msg`Revoke now`,
  },
  epochs: {
    name: msg`New clinic keys`,
    about: msg`What is written from now on is sealed under keys that were never there. The chart's key can only be made on a clinician's computer.`,
    act: msg`Try again`,
  },
  vault_keys: {
    name: msg`New keys for this computer's files`,
    about: msg`The person could unlock this computer. Its files are written anew, so that a copied key opens nothing new.`,
    act: msg`Renew the keys`,
  },
  viewed: {
    name: msg`Read what was done in the last days`,
    about: msg`The list is below, out of the clinic's audit trail as far as it has come here.`,
    act: msg`I have read it`,
  },
  evidence: {
    name: msg`Save the evidence`,
    about: msg`One file with everything on this page and the ends of roster and log. Patients stand in it by number, not by name.`,
    act: msg`Save the file`,
  },
};

export const STATE_WORDS: Record<StepState, { word: MessageDescriptor; tone: Tone }> = {
  todo: { word: msg`to do`, tone: "plain" },
  done: { word: msg`done`, tone: "good" },
  waiting: { word: msg`waiting`, tone: "info" },
  failed: { word: msg`failed`, tone: "warn" },
};
