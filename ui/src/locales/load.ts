import { i18n } from "@lingui/core";
import { messages as de } from "./de";
import { messages as en } from "./en";

const CATALOGS = { en, de } as const;
export type Language = keyof typeof CATALOGS;

/** Languages that every word of the program exists in. */
export const LANGUAGES: readonly { id: Language; name: string }[] = [
  { id: "en", name: "English" },
  { id: "de", name: "Deutsch" },
];

i18n.load(CATALOGS);
i18n.activate("en");

/** Uses the language with this tag (`de`, `de-AT`), English where there is none. */
export function speak(tag: string): void {
  const id = tag.toLowerCase().split(/[-_]/)[0] ?? "en";
  const language: Language = id in CATALOGS ? (id as Language) : "en";
  if (i18n.locale !== language) i18n.activate(language);
  document.documentElement.lang = language;
}

export { i18n };
