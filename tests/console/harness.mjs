// SPDX-License-Identifier: Apache-2.0
// What the browser tests share: the daemon and its traffic, pages that remember what went wrong in them, accessibility, screenshots.
// Run by run_test.sh, in a network namespace, with paths in the environment.
//
//   import { axe, end, expect, flows, page, query, screenshot, start, test } from "./harness.mjs";
//   await start();
//   test("what it shows", async () => { const p = await page("/?profile=live"); ... });
//   await end();
//
// Every page() fails its test if the browser's console has an error, a script throws or the content policy is violated, unless `expects`
// matches it. Tests run one after another, each with pages of its own.
import { spawn, spawnSync } from "node:child_process";
import { openSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import assert from "node:assert/strict";

const env = process.env;
const require = createRequire(path.join(env.TEST_MODULES, "package.json"));
const { chromium } = require("playwright-core");
const axeSource = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

export let url = "http://127.0.0.1:8080";
export const expect = assert;
export const config = env.TEST_CONFIG;
export const work = env.TEST_WORK; // a directory that goes with the test

let daemon = null;
let browser = null;
const children = new Set();
const tests = [];

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

// Until `look` gives something true; what it gave. Throws with `what` after so many seconds.
export async function until(what, look, seconds = 30) {
  const last = Date.now() + seconds * 1000;
  let error = "";
  while (Date.now() < last) {
    try {
      const found = await look();
      if (found) return found;
    } catch (thrown) {
      error = `: ${thrown.message}`;
    }
    await sleep(100);
  }
  throw new Error(`${what}: not within ${seconds} s${error}`);
}

// --- the daemon

// Where the daemon listens, when the test's configuration says so. The test's own certificates are believed.
export function listensAt(where) {
  url = where;
  env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
}

export async function ask(what, options) {
  const answer = await fetch(`${url}/api/v1${what}`, options);
  return answer.status === 204 ? null : answer.json();
}

export async function start() {
  const log = openSync(path.join(work, "collector.log"), "a");
  daemon = spawn(env.TEST_DAEMON, ["--config", config], { stdio: ["ignore", log, log] });
  daemon.on("exit", () => (daemon = null));
  await until("the daemon answers", () => {
    if (daemon === null) throw new Error("it ended");
    return ask("/session");
  });
}

// Ends it as `kill -9` does, or in order.
export async function stop(signal = "SIGTERM") {
  const ended = daemon;
  ended?.kill(signal);
  await until("the daemon ends", () => daemon === null);
}

export const pause = () => daemon.kill("SIGSTOP");
export const resume = () => daemon.kill("SIGCONT");

// net-collector, the command; its standard output.
export function command(...words) {
  const done = spawnSync(env.TEST_COMMAND, words, { encoding: "utf8" });
  assert.equal(done.status, 0, done.stderr);
  return done.stdout;
}

const usualFlows = { "-t": "127.0.0.1", "-p": "2055", "--protocol": "v9", "--exporters": "3", "--rate": "2000" };

// Sends flows as long as the tests run, or as `words` say ("--for", "2s"; the generator takes an option once). Returns how to end it.
export function flows(...words) {
  const usual = Object.entries(usualFlows).filter(([name]) => !words.includes(name));
  const given = [...usual.flat(), ...words];
  const child = spawn(env.TEST_GENERATOR, given, { stdio: "ignore" });
  children.add(child);
  child.on("exit", () => children.delete(child));
  return () => child.kill();
}

// --- pages

const faults = new Map();
const pages = new Set();

// `theme`: light or dark; `width` of the window, 390 for a phone; `expects`: a pattern for errors of the browser's console that belong to the test.
export async function page(where, { theme = "light", width = 1280, height = 900, expects } = {}) {
  browser ??= await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme, hasTouch: width < 500, timezoneId: "Europe/Berlin", ignoreHTTPSErrors: true });
  context.setDefaultTimeout(30_000); // a busy machine of two cores
  const made = await context.newPage();
  const wrong = [];
  faults.set(made, wrong);
  pages.add(made);
  const note = (text) => {
    if (expects === undefined || !expects.test(text)) wrong.push(text);
  };
  made.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") note(`${message.text()} ${message.location().url}`);
  });
  made.on("pageerror", (error) => note(error.stack ?? error.message));
  await made.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) => console.error(`content policy: ${event.violatedDirective} ${event.blockedURI}`));
  });
  await made.goto(url + where);
  await made.waitForSelector("main");
  return made;
}

// Does something with the header at the top of the page: what it covers is a matter of where the page was scrolled to.
async function headerAside(made, run) {
  const place = (position) => made.evaluate((to) => document.querySelector(".top")?.style.setProperty("position", to), position);
  await place("static");
  const result = await run();
  await place("");
  return result;
}

// What stands in the address.
export const query = async (made) => new URLSearchParams(await made.evaluate(() => location.search));

// No violation of WCAG 2.2 A and AA, as far as axe-core can see. Rows of the readout may be lower than 24 px: the table has the same switches.
// A popup that is open covers things: give the popup as `where`.
export async function axe(made, where = "html") {
  await made.evaluate(axeSource);
  const look = () => made.evaluate(async (root) => {
    const result = await window.axe.run({ include: [root] }, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] });
    for (const one of result.violations) one.nodes = one.nodes.filter((node) => one.id !== "target-size" || !node.html.includes("readout-row"));
    return result.violations.filter((one) => one.nodes.length > 0).map((one) => `${one.id}: ${one.help}\n${one.nodes.map((node) => `    ${node.target} ${node.failureSummary}`).join("\n")}`);
  }, where);
  assert.deepEqual(await headerAside(made, look), []);
}

// Nothing is wider than the window.
export async function fits(made) {
  const wide = await made.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wide <= 0, `the page is ${wide} px wider than its window`);
}

export async function screenshot(made, name) {
  await headerAside(made, () => made.screenshot({ path: path.join(env.TEST_SHOTS, `${name}.png`), fullPage: true }));
}

// --- tests

export function test(name, run) {
  tests.push({ name, run });
}

async function runOne({ name, run }) {
  let fault = null;
  try {
    if (daemon === null) await start(); // a test that failed may have left it dead
    await run();
    const wrong = [...pages].flatMap((made) => faults.get(made));
    assert.deepEqual(wrong, [], "errors in the browser's console");
  } catch (error) {
    fault = error;
    for (const made of pages) await screenshot(made, `failed-${name.replace(/\W+/g, "-")}`).catch(() => undefined);
  }
  for (const made of pages) await made.context().close();
  pages.clear();
  console.log(`${fault === null ? "ok  " : "FAIL"} ${name}${fault === null ? "" : `\n${fault.stack}`}`);
  return fault === null;
}

// Runs the tests and ends everything. ONLY=TEXT runs those whose name has it.
export async function end() {
  let failed = 0;
  for (const one of tests) {
    if (env.ONLY !== undefined && !one.name.includes(env.ONLY)) continue;
    if (!(await runOne(one))) failed += 1;
  }
  await browser?.close();
  for (const child of children) child.kill();
  if (daemon !== null) await stop();
  console.log(`${tests.length - failed} of ${tests.length}`);
  process.exit(failed === 0 ? 0 : 1);
}
