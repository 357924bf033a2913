/** A JSON text as people read it: no braces, no quotes; anything that is no JSON stays as it is. */
export function plainJson(text: string): string {
  if (text === "") return "";
  try {
    return plain(JSON.parse(text));
  } catch {
    return text;
  }
}

function plain(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.map(plain).filter(Boolean).join(", ");
  if (typeof value === "object") return Object.values(value).map(plain).filter(Boolean).join(" ");
  return String(value);
}

/** A small JSON object as `name: value` pairs. */
export function pairs(text: string | null): string {
  if (!text) return "";
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return plain(value);
    return Object.entries(value)
      .map(([name, part]) => `${name.replaceAll("_", " ")}: ${plain(part)}`)
      .join(" · ");
  } catch {
    return text;
  }
}
