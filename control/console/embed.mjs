// SPDX-License-Identifier: Apache-2.0
// embed.mjs WORK OUT.cpp DEPFILE: checks and bundles the console and writes it as C++: each file as it is and compressed, for
// control/http/assets.hpp. Run by meson. All happens in the directory WORK, where the packages of package-lock.json stay: the network is
// needed only when they change.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = path.dirname(fileURLToPath(import.meta.url));
const [work, out, depfile] = process.argv.slice(2).map((name) => path.resolve(name));
const fetchTimeLimitMs = 300_000;
const types = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".txt": "text/plain; charset=utf-8",
  ".webmanifest": "application/manifest+json",
};

function run(what, command, args, options = {}) {
  try {
    execFileSync(command, args, { cwd: work, stdio: ["ignore", "pipe", "pipe"], encoding: "utf8", ...options });
  } catch (error) {
    process.stderr.write(`${error.stdout ?? ""}${error.stderr ?? ""}embed.mjs: ${what} failed: ${error.message.split("\n")[0]}\n`);
    process.exit(1);
  }
}

function filesBelow(directory) {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const name = path.join(directory, entry.name);
    return entry.isDirectory() ? [name, ...filesBelow(name)] : [name];
  });
}

// Both as they were when node_modules was made: nothing to fetch.
function fetchPackages() {
  const lock = readFileSync(path.join(here, "package.json"), "utf8") + readFileSync(path.join(here, "package-lock.json"), "utf8");
  const stamp = path.join(work, "packages.stamp");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return;
  const advice = "fetching the console's npm packages (no network? build without the console: meson configure -Dconsole=disabled)";
  const quick = ["--prefer-offline", "--fetch-retries=1", "--no-audit", "--no-fund", "--no-update-notifier"];
  run(advice, "npm", ["ci", ...quick], { timeout: fetchTimeLimitMs });
  writeFileSync(stamp, lock);
}

// Octal escapes: unlike hexadecimal ones they end after three digits.
function literal(bytes) {
  const lines = [];
  for (let at = 0; at < bytes.length; at += 64) {
    const line = [...bytes.subarray(at, at + 64)].map((byte) => {
      const plain = byte >= 32 && byte < 127 && !'"\\?'.includes(String.fromCharCode(byte));
      return plain ? String.fromCharCode(byte) : "\\" + byte.toString(8).padStart(3, "0");
    });
    lines.push(`    "${line.join("")}"`);
  }
  return lines.length === 0 ? '    ""' : lines.join("\n");
}

function entry(file, number) {
  const plain = readFileSync(file);
  const packed = gzipSync(plain, { level: 9 });
  const name = path.basename(file);
  const type = types[path.extname(name)];
  if (type === undefined) throw new Error(`${name}: its type is not known; add it to embed.mjs`);
  const tag = createHash("sha256").update(plain).digest("hex").slice(0, 16);
  const hashed = /-[A-Z0-9]{8}\.[a-z0-9]+$/.test(name);
  return {
    texts: `constexpr char plain${number}[] =\n${literal(plain)};\nconstexpr char packed${number}[] =\n${literal(packed)};\n`,
    row:
      `    {.name = "${name}", .type = "${type}", .tag = "\\"${tag}\\"", .plain = {plain${number}, ${plain.length}}, ` +
      `.gzip = {packed${number}, ${packed.length}}, .immutable = ${hashed}},\n`,
  };
}

mkdirSync(work, { recursive: true });
const sources = ["package.json", "package-lock.json", "tsconfig.json", "build.mjs", "src"];
for (const name of sources) {
  rmSync(path.join(work, name), { recursive: true, force: true });
  cpSync(path.join(here, name), path.join(work, name), { recursive: true });
}
fetchPackages();
run("the type check", path.join(work, "node_modules/.bin/tsc"), ["--noEmit"]);
run("bundling", process.execPath, [path.join(work, "build.mjs"), path.join(work, "dist")]);
const entries = filesBelow(path.join(work, "dist"))
  .filter((file) => statSync(file).isFile())
  .sort()
  .map(entry);
writeFileSync(
  out,
  `// Made by control/console/embed.mjs.\n#include "control/http/assets.hpp"\n\nnamespace {\n${entries.map((e) => e.texts).join("")}` +
    `constexpr http::Asset kAssets[] = {\n${entries.map((e) => e.row).join("")}};\n}  // namespace\n\n` +
    "std::span<const http::Asset> http::console_assets() noexcept {\n    return kAssets;\n}\n",
);
const watched = [...sources.map((name) => path.join(here, name)), ...filesBelow(path.join(here, "src"))];
writeFileSync(depfile, `${out}: ${watched.map((name) => name.replaceAll(" ", "\\ ")).join(" \\\n  ")}\n`);
