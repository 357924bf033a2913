/** Whether a text has the outer shape of an invitation. Its check characters are the program's business. */
export function looksWhole(text: string): boolean {
  const code = text.replace(/\s/g, "").toLowerCase();
  return /^wardkeep1[02-9ac-hj-np-z]{60,}$/.test(code);
}
