// Mantine would put its variables into an inline <style>, which the policy of
// the window forbids. This writes them to a file; without --write it checks it.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { convertCssVariables, DEFAULT_THEME, defaultCssVariablesResolver, mergeMantineTheme } from "@mantine/core";
import { runnerImport } from "vite";

const root = fileURLToPath(new URL("..", import.meta.url));
const out = `${root}src/kit/css-variables.css`;
const { module } = await runnerImport(`${root}src/kit/theme.ts`, { configFile: false, logLevel: "error" });
const resolved = defaultCssVariablesResolver(mergeMantineTheme(DEFAULT_THEME, module.theme));
const css = `/* Written by scripts/css-variables.mjs from theme.ts. */\n${convertCssVariables(resolved, ":root")}\n`;

if (process.argv.includes("--write")) {
  writeFileSync(out, css);
} else if (readFileSync(out, "utf8") !== css) {
  console.error("src/kit/css-variables.css is older than theme.ts: run `npm run css`");
  process.exit(1);
}
