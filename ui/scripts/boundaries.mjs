// Who may import what: app > features > kit > bridge. A feature never knows
// another feature, and only bridge/transport.ts talks to the window.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { fileURLToPath } from "node:url";

const src = fileURLToPath(new URL("../src", import.meta.url));
const LINE_LIMIT = 300;

const MAY_IMPORT = {
  app: ["app", "features", "kit", "bridge", "locales"],
  features: ["kit", "bridge", "locales"],
  kit: ["kit", "bridge", "locales"],
  locales: ["locales"],
  bridge: ["bridge"],
  "main.tsx": ["app", "kit"],
};

const files = readdirSync(src, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
  .map((entry) => relative(src, join(entry.parentPath, entry.name)));

const faults = files.flatMap(faultsOf);
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exit(1);
console.log(`boundaries: ${files.length} files are clean`);

function faultsOf(file) {
  const text = readFileSync(join(src, file), "utf8");
  const found = [];
  const lines = text.split("\n").length - 1;
  const written = !/^(locales\/(en|de)\.ts|bridge\/generated\.ts)$/.test(file);
  if (written && lines > LINE_LIMIT) found.push(`${file}: ${lines} lines, at most ${LINE_LIMIT}`);
  for (const [, name] of text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)) {
    if (name.startsWith("@tauri-apps/") && file !== "bridge/transport.ts") {
      found.push(`${file}: only bridge/transport.ts may import ${name}`);
    }
    if (name.startsWith(".")) found.push(...faultsOfPath(file, normalize(join(dirname(file), name))));
  }
  return found;
}

function faultsOfPath(file, target) {
  const [from, to] = [file.split("/"), target.split("/")];
  const allowed = MAY_IMPORT[from[0]] ?? [];
  if (from[0] === "features" && to[0] === "features") {
    return from[1] === to[1] ? [] : [`${file}: a feature must not import another (${target})`];
  }
  if (to[0] === "bridge" && from[0] !== "bridge" && to.length > 1) return [`${file}: import ../bridge, not ${target}`];
  return allowed.includes(to[0]) ? [] : [`${file}: ${from[0]} must not import ${target}`];
}
