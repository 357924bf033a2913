// Fails when a message in the source is missing from the catalogues or has no
// words in one of the languages.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const catalogues = ["en", "de"].map((language) => `${root}src/locales/${language}.po`);
const lingui = `${root}node_modules/.bin/lingui`;

const before = catalogues.map((path) => readFileSync(path, "utf8"));
execFileSync(lingui, ["extract", "--clean"], { cwd: root, stdio: "pipe" });
const after = catalogues.map((path) => readFileSync(path, "utf8"));
for (const [index, path] of catalogues.entries()) writeFileSync(path, before[index]);

const stale = catalogues.filter((_, index) => messages(before[index]) !== messages(after[index]));
if (stale.length > 0) {
  console.error("messages changed in the source: run `npm run words` and translate what is new");
  process.exit(1);
}
try {
  execFileSync(lingui, ["compile", "--strict", "--typescript"], { cwd: root, stdio: "pipe" });
} catch (failed) {
  console.error(String(failed.stdout) + String(failed.stderr));
  process.exit(1);
}
console.log("words: every message is translated");

/** The catalogue without its header, which holds the time. */
function messages(text) {
  return text.slice(text.indexOf("\n\n"));
}
