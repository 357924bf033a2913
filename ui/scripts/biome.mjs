// Runs Biome from its package for this platform. The package that holds all
// platforms names several that not every registry mirror carries, and then
// `npm ci` refuses the whole lock file.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";

const { platform, arch } = process;
const name = `@biomejs/cli-${platform}-${arch}/biome${platform === "win32" ? ".exe" : ""}`;
let program;
try {
  program = createRequire(import.meta.url).resolve(name);
} catch {
  console.error(
    `${name} is not installed: add it with \`npm install --no-save\` in the version that package.json names`,
  );
  process.exit(1);
}
const { status } = spawnSync(program, process.argv.slice(2), { stdio: "inherit" });
process.exit(status ?? 1);
