import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { words } from "./scripts/words-plugin.ts";

// The pages are served from inside the program under a policy that allows no
// inline script, style or data URL, therefore nothing is inlined here.
export default defineConfig({
  plugins: [words(), react()],
  build: {
    target: ["safari16", "chrome110"],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    chunkSizeWarningLimit: 1200,
  },
  server: { port: 5173, strictPort: true, host: "127.0.0.1" },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.ts", "dev/**/*.test.tsx"],
    restoreMocks: true,
  },
});
