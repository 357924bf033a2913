// What is shipped must hold no sample data, no remote address to load from and
// no inline script or style, or the policy of the window would break the page.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const dist = fileURLToPath(new URL("../dist", import.meta.url));
const FORBIDDEN = [/WARDKEEP-SAMPLE-DATA/, /<style/i, /<script(?![^>]*\bsrc=)/i, /url\((?:"|')?(?:https?:|data:)/i];

const faults = [];
for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue;
  const path = join(entry.parentPath, entry.name);
  const text = readFileSync(path, "latin1");
  const rules = entry.name.endsWith(".html") || entry.name.endsWith(".css") ? FORBIDDEN : FORBIDDEN.slice(0, 1);
  for (const rule of rules) if (rule.test(text)) faults.push(`${path}: ${rule}`);
}
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exit(1);
console.log("shipped: dist is clean");
