// SPDX-License-Identifier: Apache-2.0
// build.mjs OUT: the console as the files that the daemon serves. Names carry a hash of what is inside, so that browsers keep them for ever;
// index.html names them. Run by meson; `npm run build` writes to dist.
import { build } from "esbuild";
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const out = path.resolve(process.argv[2] ?? path.join(here, "dist"));
await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
const result = await build({
  absWorkingDir: here,
  entryPoints: { console: "src/main.tsx" },
  outdir: out,
  entryNames: "[name]-[hash]",
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  jsx: "automatic",
  jsxImportSource: "preact",
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
});
const files = Object.keys(result.metafile.outputs).map((file) => path.basename(file));
const script = files.find((file) => file.endsWith(".js"));
const style = files.find((file) => file.endsWith(".css"));
await copyFile(path.join(here, "src/icon.svg"), path.join(out, "icon.svg"));
const page = await readFile(path.join(here, "src/index.html"), "utf8");
await writeFile(path.join(out, "index.html"), page.replace("{script}", script).replace("{style}", style));
