// SPDX-License-Identifier: Apache-2.0
// What the drill-down writes and reads, without a browser: refined filters, shell quoting, order of addresses, and that it knows every
// statistic and order of `net-collector query`. drill_words_test.mjs ESBUILD's-directory
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const top = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const { buildSync } = createRequire(path.join(process.argv[2], "package.json"))("esbuild");
async function load(name) {
  const built = buildSync({ entryPoints: [`${top}/control/console/src/drill/${name}.ts`], bundle: true, format: "esm", write: false });
  return import(`data:text/javascript;base64,${Buffer.from(built.outputFiles[0].text).toString("base64")}`);
}

const { refine, term } = await load("refine");
for (const [filter, by, how, wanted] of [
  ["", "src ip 192.0.2.1", "and", "src ip 192.0.2.1"],
  ["any", "src ip 192.0.2.1", "and not", "not src ip 192.0.2.1"],
  ["proto tcp", "port 80", "and", "proto tcp and port 80"],
  ["proto tcp and port 80", "port 80", "and", "proto tcp and port 80"],
  ["port 80 or port 443", "proto tcp", "and", "(port 80 or port 443) and proto tcp"],
  ["(port 80 or port 443)", "proto tcp", "and", "(port 80 or port 443) and proto tcp"],
  ["host 'this or that'", "proto tcp", "and", "host 'this or that' and proto tcp"],
  ["port 80 || port 443", "proto tcp", "and not", "(port 80 || port 443) and not proto tcp"],
  ["port 80 # the web", "proto tcp", "and", "(port 80 # the web\n) and proto tcp"],
  ["proto tcp", "port 80 or port 81", "and not", "proto tcp and not (port 80 or port 81)"],
  ["proto tcp", "port 80", "only", "port 80"],
])
  assert.equal(refine(filter, by, how), wanted);

for (const [template, value, isText, wanted] of [
  ["src ip {}", "2001:db8::1", false, "src ip 2001:db8::1"],
  ["src port {}", 443, false, "src port 443"],
  ["application = '{}'", "tls", true, "application = 'tls'"],
  ["application = '{}'", "it's", true, `application = "it's"`],
  ["application = '{}'", `it's "so"`, true, null],
  ["application = '{}'", "a\nb", true, null],
  ["user = '{}'", "$& {} $1", true, "user = '$& {} $1'"],
])
  assert.equal(term(template, value, isText), wanted);

const { commandLine } = await load("shell_quote");
for (const words of [["net-collector", "query", "-t", "2026-01-15T11:50Z", "proto tcp and not port 80"], ["a", "", "it's", '"$HOME" `x` \\ !', "-n", "*", "a\nb", "é"]]) {
  const shell = spawnSync("sh", ["-c", `for word in ${commandLine(words)}; do printf '%s\\0' "$word"; done`], { encoding: "utf8" });
  assert.deepEqual(shell.stdout.split("\0").slice(0, -1), words);
}

const { addressKey } = await load("cells");
const addresses = ["9.0.0.1", "10.0.0.2", "10.0.0.10", "192.0.2.1", "::", "::1", "2001:db8::", "2001:db8::2", "2001:db8::10", "2001:db8:1::", "fe80::1"];
assert.deepEqual([...addresses].reverse().sort((a, b) => (addressKey(a) < addressKey(b) ? -1 : 1)), addresses);

const { csv } = await load("save_as");
const columns = [{ name: "value" }, { name: "user" }];
assert.equal(csv({ columns, rows: [["a,b", "=1+1"], [3, null], ['"', "x"]] }), `value,user\r\n"a,b",'=1+1\r\n3,\r\n"""",x\r\n`);

const { pieces } = await load("pieces");
const check = (text, tokens, position) => ({ text, check: { ok: position === undefined, tokens, position } });
const kinds = (text, checked) => pieces(text, checked).map((piece) => [piece.text, piece.kind, piece.fault]);
const proto = [{ offset: 0, length: 5, kind: "field" }, { offset: 6, length: 3, kind: "string" }];
assert.deepEqual(kinds("proto tcp", check("proto tcp", proto)), [["proto", "field", false], [" ", "", false], ["tcp", "string", false]]);
assert.deepEqual(kinds("proto udptcp", check("proto tcp", proto)), [["proto", "field", false], [" udp", "", false], ["tcp", "string", false]]);
assert.deepEqual(kinds("port", check("port", [], { offset: 4, length: 1 })), [["port", "", false], ["\u2002", "", true]]);

// Every name that -s and -O take stands in the lists.
const { allElements, statisticOrders, listOrders, findElement } = await load("statistics");
const source = readFileSync(`${top}/store/query/elements.cpp`, "utf8");
const names = [...source.matchAll(/(?:one|two)\("(\w+)"|^\s*\{"(\w+)",$/gm)].map(([, one, other]) => one ?? other);
assert.ok(names.length > 90, "elements.cpp is read");
assert.deepEqual(names.filter((name) => findElement(name) === undefined), []);
const known = new Set([...names, "record"]);
assert.deepEqual(allElements.filter((element) => !known.has(element.name)).map((element) => element.name), []);
const header = readFileSync(`${top}/store/query/grouping.hpp`, "utf8");
const orders = /enum class Order[^{]*\{([^}]*)\}/.exec(header)[1].split(",").map((name) => name.trim()).filter((name) => name !== "none");
assert.deepEqual([...listOrders].map((order) => order.name).filter(Boolean).sort(), [...orders].sort());
assert.deepEqual(orders.filter((name) => !["tstart", "tend", "duration"].includes(name)).sort(), statisticOrders.map((order) => order.name).sort());
console.log("ok");
