/** The parts of a name that a banner or a row shows. */
export interface NameParts {
  family: string;
  given: string;
  title?: string | null;
}

/** `FAMILY, Given (Title)`; a person with one name is shown by that name alone. */
export function bannerName({ family, given, title }: NameParts): string {
  const upper = family.trim().toLocaleUpperCase();
  const first = given.trim();
  const name = upper && first ? `${upper}, ${first}` : upper || first;
  const prefix = title?.trim();
  return prefix ? `${name} (${prefix})` : name;
}

/** A typed search text as the start of a registration: `Khan, Mina` and `Mina Khan` are understood. */
export function namesFromQuery(query: string): { given: string; family: string } {
  const words = query.replace(/[\d/+()]+/g, " ").trim();
  const comma = words.indexOf(",");
  if (comma >= 0) return { family: capital(words.slice(0, comma)), given: capital(words.slice(comma + 1)) };
  const parts = words.split(/\s+/).filter((part) => /\p{L}/u.test(part));
  if (parts.length < 2) return { family: capital(parts[0] ?? ""), given: "" };
  return { given: capital(parts.slice(0, -1).join(" ")), family: capital(parts.at(-1) ?? "") };
}

/** Capitals for a name typed all in small letters; anything else stays as typed. */
function capital(text: string): string {
  const trimmed = text.trim().replace(/[-.]+$/, "");
  if (trimmed !== trimmed.toLocaleLowerCase()) return trimmed;
  return trimmed.replace(
    /(^|[\s'’-])(\p{L})/gu,
    (_, before: string, letter: string) => before + letter.toLocaleUpperCase(),
  );
}
