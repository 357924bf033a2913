import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";
import { words } from "../scripts/words-plugin.ts";

// The pages over a made-up program, for looking at them in a plain browser.
// Never part of what is shipped: scripts/shipped.mjs checks that.
const root = fileURLToPath(new URL("..", import.meta.url));

const madeUp: Plugin = {
  name: "made-up-program",
  enforce: "pre",
  resolveId: (source, importer) =>
    source === "./transport" && importer?.includes("/src/bridge/") ? `${root}dev/transport.ts` : null,
};

export default defineConfig({
  root,
  plugins: [madeUp, words(), react()],
  build: { outDir: "dev/dist", emptyOutDir: true, assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  server: { port: 5174, strictPort: true, host: "127.0.0.1" },
});
