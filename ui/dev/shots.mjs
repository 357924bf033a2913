// Looks at every scene in a headless Chromium under the window's own policy:
// a picture each, what axe finds, and any breach of the policy or error.
//   node dev/shots.mjs [--only=chart,home] [--sizes=1280] [--schemes=light] [--zoom]
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { build } from "vite";
import { scenes } from "./scenes.mjs";
import { serve } from "./serve.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const option = (name) =>
  process.argv
    .find((word) => word.startsWith(`--${name}=`))
    ?.split("=")[1]
    ?.split(",");
const SIZES = {
  1280: { width: 1280, height: 800 },
  1920: { width: 1920, height: 1080 },
  640: { width: 640, height: 400 },
};
const only = option("only");
const sizes = option("sizes") ?? ["1280", "1920"];
const schemes = option("schemes") ?? ["light", "dark"];
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

if (!process.argv.includes("--no-build")) await build({ configFile: `${here}vite.config.ts`, logLevel: "error" });
mkdirSync(`${here}shots`, { recursive: true });
const server = await serve(`${here}dist`, 5199);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium" });
let faults = 0;
const report = (where, what) => {
  faults += 1;
  console.log(`${where}: ${what}`);
};

for (const scheme of schemes) {
  for (const size of sizes) {
    const context = await browser.newContext({ viewport: SIZES[size], colorScheme: scheme, reducedMotion: "reduce" });
    for (const [name, scene] of Object.entries(scenes)) {
      if (!only || only.some((part) => name === part || (part.endsWith("*") && name.startsWith(part.slice(0, -1))))) {
        await look(context, { name, scene, scheme, size });
      }
    }
    await context.close();
  }
}
await browser.close();
server.close();
console.log(faults === 0 ? "no faults" : `${faults} faults`);
process.exitCode = faults === 0 ? 0 : 1;

async function look(context, { name, scene, scheme, size }) {
  const where = `${name} ${scheme} ${size}`;
  const page = await context.newPage();
  // As the window does: a changed prototype must not break the page.
  await page.addInitScript(() => Object.freeze(Object.prototype));
  page.on("console", (line) => {
    if (line.type() === "error" || /Content Security Policy/.test(line.text()))
      report(where, line.text().slice(0, 300));
  });
  page.on("pageerror", (error) => report(where, String(error)));
  try {
    await page.goto(`http://127.0.0.1:5199/${scene.at}&scheme=${scheme}`);
    await page.waitForSelector("main");
    await page.waitForTimeout(120);
    await scene.steps?.(page);
    await page.waitForTimeout(120);
  } catch (error) {
    report(where, `steps: ${String(error).slice(0, 300)}`);
  }
  await page.screenshot({ path: `${here}shots/${name}-${scheme}-${size}.png` });
  await page.evaluate(axe);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  for (const fault of found.violations) {
    for (const node of fault.nodes.slice(0, 4)) {
      report(
        where,
        `${fault.id} ${node.target.join(" ")} ${(node.any[0] ?? node.all[0] ?? node.none[0])?.message ?? ""}`,
      );
    }
  }
  const styles = await page.evaluate(() => document.querySelectorAll("style").length);
  if (styles > 0) report(where, `${styles} <style> elements in the document`);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (wide > 0) report(where, `wider than the window by ${wide} px`);
  await page.close();
}
