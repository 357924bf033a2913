// What documents are called, and where their files are.
import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { Document, DocumentKind, FileState } from "../../bridge";

export const DOCUMENT_KIND_WORDS: Readonly<Record<DocumentKind, MessageDescriptor>> = {
  letter: msg`Letter`,
  report: msg`Report`,
  result: msg`Result`,
  image: msg`Picture`,
  consent: msg`Consent`,
  identity: msg`Identity document`,
  insurance: msg`Insurance`,
  other: msg`Other document`,
};

const MB = 1024 * 1024;

/** A length as people say it: `3 kB`, `0.4 MB`, `12 MB`. */
export function showSize(bytes: number, locale: string): string {
  const say = (value: number, digits: number) =>
    new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value);
  if (bytes < 100 * 1024) return `${say(Math.max(1, Math.ceil(bytes / 1024)), 0)} kB`;
  return `${say(bytes / MB, bytes < 10 * MB ? 1 : 0)} MB`;
}

/** Where a file is, where that is worth a word; nothing for one that is here and sent. */
export function placeWords(file: FileState, locale: string): MessageDescriptor | null {
  const done = showSize(file.done, locale);
  const total = showSize(file.total, locale);
  switch (file.place) {
    case "here":
      return null;
    case "sending":
      return file.done === 0 ? msg`not sent yet (${total})` : msg`sending: ${done} of ${total}`;
    case "fetching":
      return file.done === 0 ? msg`not here yet (${total})` : msg`not here yet: ${done} of ${total}`;
    case "waits":
      return file.device === null
        ? msg`not here yet: waits for another computer`
        : msg`not here yet: waits for ${file.device}`;
    case "damaged":
      return msg`damaged on the server, asked again from another computer`;
    case "missing":
      return msg`its file is missing on this computer`;
  }
}

/** Whether the content is on this computer. */
export function isHere(document: Document): boolean {
  return document.file.place === "here" || document.file.place === "sending";
}

/** How a document can be shown; nothing for what can only be saved. */
export function viewOf(mediaType: string): "image" | "text" | null {
  if (mediaType === "text/plain") return "text";
  return ["image/png", "image/jpeg", "image/webp", "image/gif"].includes(mediaType) ? "image" : null;
}
