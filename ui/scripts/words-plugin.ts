import { transformAsync } from "@babel/core";
import type { Plugin } from "vite";

/** Expands Lingui's `t`, `msg` and `<Trans>` before the compiler sees the file. */
export function words(): Plugin {
  return {
    name: "wardkeep-words",
    enforce: "pre",
    async transform(code, id) {
      const file = id.split("?")[0] ?? id;
      if (!/\/(src|dev)\/.*\.tsx?$/.test(file) || !code.includes('/macro"')) {
        return null;
      }
      const result = await transformAsync(code, {
        filename: file,
        babelrc: false,
        configFile: false,
        sourceMaps: true,
        parserOpts: { plugins: ["typescript", "jsx"] },
        plugins: ["@lingui/babel-plugin-lingui-macro"],
      });
      return result?.code ? { code: result.code, map: result.map ?? null } : null;
    },
  };
}
