// SPDX-License-Identifier: Apache-2.0
// The drill-down: the filter box, from a peak to one flow, running and cancelling, links, the command, the graph of a filter.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { box, cell, command, done, open, ran, state } from "./drill_setup.mjs";
import { axe, end, expect, fits, page, screenshot, test, until, url } from "./harness.mjs";

test("a fault in a filter is told under its word, with what was meant", async () => {
  const p = await open("", { expects: /Failed to load resource/ });
  await box(p).click();
  await p.keyboard.type("proto tcp and prot 443");
  await p.locator(".said-fault").waitFor();
  expect.equal(await p.locator(".fault").innerText(), "prot");
  expect.match(await p.locator(".said-fault").innerText(), /found 'prot'/);
  const [word, said] = [await p.locator(".fault").boundingBox(), await p.locator(".said-fault").boundingBox()];
  expect.ok(Math.abs(said.x - word.x) < 4 && said.y > word.y, "the sentence begins under the word");
  expect.equal(await box(p).getAttribute("aria-invalid"), "true");
  await screenshot(p, "drill-fault-light");
  await axe(p);
  await p.getByRole("button", { name: /^Use/ }).click();
  const mended = await box(p).inputValue();
  expect.notEqual(mended, "proto tcp and prot 443");
  await p.keyboard.press("Control+z");
  expect.equal(await box(p).inputValue(), "proto tcp and prot 443");
  await box(p).fill("port 80 and (");
  await p.locator(".said-fault").waitFor();
  await box(p).press("Enter");
  await p.getByRole("alert").waitFor();
});

test("completion by keyboard: opened, chosen, taken, closed", async () => {
  const p = await open("");
  await box(p).click();
  await p.keyboard.press("Control+Space");
  const list = p.getByRole("listbox", { name: "Completions" });
  await list.waitFor();
  await axe(p, ".filter-box");
  await p.keyboard.press("ArrowDown");
  const active = p.locator(`#${await box(p).getAttribute("aria-activedescendant")}`);
  const second = await active.locator("code").innerText();
  await screenshot(p, "drill-completion-light");
  await p.keyboard.press("Enter");
  expect.equal(await box(p).inputValue(), `${second} `);
  await list.waitFor({ state: "detached" });
  await box(p).fill("");
  await p.keyboard.type("prot");
  await list.waitFor();
  await p.keyboard.press("Tab");
  expect.equal(await box(p).inputValue(), "proto ");
  await p.keyboard.press("Control+Space");
  await list.waitFor();
  await p.keyboard.press("Escape");
  await list.waitFor({ state: "detached" });
  expect.equal(state(p)["q.run"], undefined);
});

test("from a marked peak to its talkers, to the flows of one, to one flow, and back", async () => {
  const p = await open("");
  await p.getByRole("button", { name: "Who sent most" }).click();
  await done(p);
  const talker = await cell(p, 1, 1).innerText();
  expect.match(talker, /^[0-9a-f.:]+$/);
  await screenshot(p, "drill-top-light");
  await axe(p);
  await cell(p, 1, 1).click();
  await p.getByRole("menu").waitFor();
  await axe(p);
  await p.getByRole("menuitem", { name: /List its flows/ }).click();
  await until("the list", async () => state(p)["q.ask"] === "flows");
  await p.getByRole("grid", { name: "Flows" }).waitFor();
  await done(p);
  expect.equal(state(p).q, `src ip ${talker}`);
  const titles = await p.locator("table.result th").allInnerTexts();
  const source = titles.findIndex((title) => title.startsWith("Source address")) + 1;
  const sources = await p.locator(`table.result tbody td:nth-child(${source})`).allInnerTexts();
  expect.ok(sources.length > 0);
  expect.deepEqual([...new Set(sources)], [talker]);
  await screenshot(p, "drill-flows-light");
  await axe(p);
  // By keyboard: into the table, down, right, the menu, its last but one.
  await cell(p, 1, 1).focus();
  await p.keyboard.press("ArrowDown");
  await p.keyboard.press("ArrowRight");
  await p.keyboard.press("Enter");
  await p.getByRole("menu").waitFor();
  await p.getByRole("menuitem", { name: "All of this flow" }).focus();
  await p.keyboard.press("Enter");
  await p.getByRole("dialog", { name: /^Flow \d+ of/ }).waitFor();
  expect.ok((await p.getByRole("dialog").innerText()).includes(talker));
  await screenshot(p, "drill-flow-light");
  await axe(p);
  await p.keyboard.press("Escape");
  await p.goBack();
  await until("the talkers again", async () => (await cell(p, 1, 1).innerText()) === talker && state(p)["q.ask"] === undefined);
});

test("from the highest second of the graph to one flow, by keyboard", async () => {
  const p = await page("/?profile=live");
  await p.locator(".chart canvas").waitFor();
  await p.keyboard.press("p");
  await p.locator(".cursor-kind", { hasText: "Slot" }).waitFor();
  const slot = Number(new URL(p.url()).searchParams.get("slot"));
  await p.getByRole("button", { name: "Its flows" }).press("Enter");
  const grid = p.getByRole("grid", { name: "Flows" });
  await grid.waitFor();
  await done(p);
  expect.match(await command(p), new RegExp(`-t ${new Date(slot * 1000).toISOString().slice(0, 19)}`));
  await grid.locator("th button").first().focus();
  await p.keyboard.press("ArrowDown");
  await p.keyboard.press("Enter");
  await p.getByRole("menu").waitFor();
  await p.keyboard.press("End");
  await p.keyboard.press("ArrowUp");
  await p.keyboard.press("Enter");
  const flow = p.getByRole("dialog", { name: /^Flow 1 of/ });
  await flow.waitFor();
  const received = (await flow.innerText()).match(/Received\s+([\d-]+ [\d:]+)/);
  if (received !== null) expect.ok(Math.abs(Date.parse(`${received[1].replace(" ", "T")}Z`) / 1000 - slot) <= 1, `received ${received[1]}`);
  await p.keyboard.press("Escape");
  await flow.waitFor({ state: "detached" });
});

test("words of a filter are coloured by what they are; a completion is taken by a click; Ctrl+Enter runs", async () => {
  const p = await open("");
  await box(p).click();
  await p.keyboard.type("proto tcp and (port > 1 or src net 10.0.0.0/8) # note");
  await until("the colours", async () => (await p.locator(".token-comment").count()) > 0);
  const words = await p.locator(".filter-layer span[class^=token-]").evaluateAll((all) => all.map((one) => `${one.className.slice(6)}:${one.innerText}`));
  for (const word of ["field:proto", "string:tcp", "keyword:and", "bracket:(", "field:port", "operator:>", "number:1", "keyword:or", "address:10.0.0.0/8", "comment:# note"]) expect.ok(words.includes(word), `${word} in ${words}`);
  await box(p).fill("");
  await p.keyboard.type("src i");
  const list = p.getByRole("listbox", { name: "Completions" });
  await list.getByRole("option").first().waitFor();
  await list.getByRole("option", { name: /^ip / }).first().click();
  await until("the word", async () => (await box(p).inputValue()) === "src ip ");
  await box(p).fill("proto udp");
  await box(p).press("Control+Enter");
  await ran(p, "'proto udp'");
});

test("refining: and, and not, only; sorting; pages", async () => {
  const p = await open("&q=ipv4+or+ipv6&q.ask=flows&q.n=150&q.run=1");
  await done(p);
  const column = (await p.locator("table.result th").allInnerTexts()).findIndex((title) => title.startsWith("Protocol")) + 1;
  const protocol = (await cell(p, 1, column).innerText()).trim();
  await cell(p, 1, column).click();
  await p.getByRole("menuitem", { name: /^Without/ }).click();
  await until("the filter", () => state(p).q === `(ipv4 or ipv6) and not proto ${protocol}`);
  await done(p);
  await p.getByRole("button", { name: "Next", exact: true }).click();
  expect.match(await p.locator(".pages").innerText(), /101–150 of 150/);
  await p.getByRole("button", { name: "Bytes", exact: true }).click();
  expect.equal(await p.locator("th[aria-sort=descending]").innerText().then((text) => text.startsWith("Bytes")), true);
});

test("a shared link shows the same, and runs it", async () => {
  const p = await open("");
  await box(p).fill("proto udp");
  await p.getByRole("combobox", { name: "What is counted" }).click();
  await p.keyboard.type("dstport");
  await p.keyboard.press("Enter");
  await p.getByLabel("Ordered by").selectOption("packets");
  await p.getByLabel("How many lines").fill("7");
  await box(p).press("Enter");
  await done(p);
  expect.deepEqual(state(p), { q: "proto udp", "q.stat": "dstport", "q.by": "packets", "q.n": "7", "q.run": "1" });
  const rows = await p.locator("table.result tbody").innerText();
  const other = await page(p.url().slice(url.length));
  await done(other);
  expect.equal(await other.locator("table.result tbody").innerText(), rows);
  expect.equal(await box(other).inputValue(), "proto udp");
});

test("the command says what the page says", async () => {
  const p = await open("&q=proto+tcp+and+not+port+%27%27&q.n=5");
  // A filter with what shells look at.
  await box(p).fill("proto tcp and (packets > 1 or bytes > 40) # $HOME `x` \"y\" it's");
  await box(p).press("Enter");
  await done(p);
  await p.getByLabel("Shown as").selectOption("long");
  await p.locator("#drill-text").waitFor();
  await done(p);
  const line = await p.locator("#drill-command").innerText();
  expect.ok(line.startsWith("net-collector query "), line);
  const paths = `${path.dirname(process.env.TEST_COMMAND)}:${process.env.PATH}`;
  const shell = spawnSync("sh", ["-c", line], { encoding: "utf8", env: { ...process.env, PATH: paths } });
  expect.equal(shell.status, 0, shell.stderr);
  const figures = (text) => text.split("\n").filter((one) => !/^(Sys|Total flows processed)/.test(one)).join("\n").trim();
  expect.equal(figures(await p.locator("#drill-text").innerText()), figures(shell.stdout));
  await screenshot(p, "drill-text-light");
  await axe(p);
});

test("graph this filter: its course, at once, and in the address", async () => {
  const p = await open("&q=proto+tcp");
  await p.getByRole("button", { name: "Graph this filter" }).click();
  await p.locator(".filter-graph canvas").waitFor();
  expect.equal(state(p)["q.graph"], "1");
  expect.match(await p.locator(".filter-graph").innerText(), /peak/);
  await screenshot(p, "drill-graph-light");
  await axe(p);
  const other = await page(p.url().slice(url.length));
  await other.locator(".filter-graph canvas").waitFor();
});

// A question that takes its time: the API's own shapes, but the job goes on until it is told to end.
async function slowly(p, ending) {
  const job = { id: "slow", state: "running", command: ["net-collector", "query", "any"], partial: false, detail: "", covers: "", started_ms: 0 };
  job.progress = { ratio: 0.41, rows: 12_345_678, blocks: 120, skipped: 30, seconds: 3.2 };
  const told = { cancelled: 0, job };
  const column = { name: "value", title: "Source address", unit: "address", filter: "src ip {}" };
  const json = (route, body, status = 200) => route.fulfill({ status, contentType: "application/json", body: JSON.stringify(body) });
  await p.route("**/api/v1/queries", (route) => json(route, job, 202));
  await p.route("**/api/v1/queries/slow", (route) => {
    if (route.request().method() !== "DELETE") return json(route, job);
    told.cancelled += 1;
    Object.assign(job, ending);
    return route.fulfill({ status: 204 });
  });
  await p.route("**/api/v1/queries/slow/events", (route) => route.fulfill({ contentType: "text/event-stream", body: `event: job\ndata: ${JSON.stringify(job)}\n\n` }));
  await p.route("**/api/v1/queries/slow/result*", (route) => json(route, { columns: [column], total: 1, offset: 0, rows: [["192.0.2.1"]], sums: { flows: 1, packets: 1, bytes: 1 } }));
  return told;
}

test("progress is shown; cancelling keeps what there is; leaving cancels", async () => {
  const p = await open("");
  const told = await slowly(p, { state: "cancelled", partial: true, detail: "It was cancelled.", covers: "The first 41 % were read." });
  await p.getByRole("button", { name: "Run", exact: true }).click();
  await p.getByText("41 %: 12.3 M flows looked at, 120 blocks read, 30 skipped, 3.20 s").waitFor();
  await screenshot(p, "drill-running-light");
  await axe(p);
  await p.getByRole("button", { name: "Cancel", exact: true }).click();
  await p.getByText("Cancelled:").waitFor();
  await p.getByText("The first 41 % were read.").waitFor();
  expect.equal(await cell(p, 1, 1).innerText(), "192.0.2.1");
  expect.equal(told.cancelled, 1);
  await axe(p);
  told.job.state = "running";
  await p.getByRole("button", { name: "Run", exact: true }).click();
  await p.getByRole("button", { name: "Cancel", exact: true }).waitFor();
  await p.getByRole("link", { name: "Overview" }).click();
  await until("the job was cancelled", () => told.cancelled >= 2);
});

test("a partial answer says why", async () => {
  const p = await open("");
  const told = await slowly(p, {});
  Object.assign(told.job, { state: "done", partial: true, detail: "The time limit of 10 minutes was reached.", covers: "3 of 12 blocks were not read." });
  await p.getByRole("button", { name: "Run", exact: true }).click();
  await p.getByText("Partial:").waitFor();
  await p.getByText("The time limit of 10 minutes was reached.").waitFor();
  await screenshot(p, "drill-partial-light");
});

test("nothing found, and no answer, say what to do", async () => {
  const p = await open("&q=port+1+and+port+2+and+port+3&q.run=1", { expects: /Failed to load resource/ });
  await p.getByText("No flow of the archive is like this").waitFor();
  await p.getByRole("button", { name: "Look in the whole archive" }).click();
  await until("the address", () => state(p)["q.over"] === "archive");
  await done(p);
  await p.route("**/api/v1/queries", (route) => route.abort());
  await box(p).fill("port 443");
  await box(p).press("Enter");
  await p.getByText("net-collector does not answer").first().waitFor();
  await screenshot(p, "drill-no-answer-light");
  await axe(p);
  await p.unroute("**/api/v1/queries");
  await p.getByRole("alert").getByRole("button", { name: "Run again" }).click();
  await done(p);
});

test("what was asked is not what is asked now", async () => {
  const p = await open("&q.run=1");
  await done(p);
  await p.getByLabel("How many lines").fill("3");
  await p.keyboard.press("Tab");
  await p.getByText("The question has changed since.").waitFor();
  await axe(p);
  await p.getByRole("button", { name: "Run again" }).click();
  await until("three lines", async () => (await p.locator("table.result tbody tr").count()) === 3);
  expect.equal(state(p)["q.n"], "3");
});

test("filters that were run come back; one is saved and forgotten", async () => {
  const p = await open("&q=proto+udp+and+port+53&q.run=1");
  await done(p);
  await box(p).fill("");
  await p.getByText("Filters", { exact: true }).click();
  await p.getByRole("button", { name: "proto udp and port 53" }).click();
  expect.equal(await box(p).inputValue(), "proto udp and port 53");
  await p.getByText("Filters", { exact: true }).click();
  await p.getByLabel("Name to save this filter as").fill("resolvers");
  await p.getByRole("button", { name: "Save", exact: true }).click();
  await p.getByRole("button", { name: /^resolvers/ }).waitFor();
  await axe(p);
  await p.getByRole("button", { name: "Forget resolvers" }).click();
  await p.getByText("None yet.").waitFor();
});

for (const theme of ["light", "dark"])
  test(`${theme}: wide and on a phone`, async () => {
    const wide = await open("&q=proto+tcp&q.run=1&q.graph=1", { theme });
    await done(wide);
    await wide.locator(".filter-graph canvas").waitFor();
    await wide.getByText("Where, and limits").click();
    await axe(wide);
    await screenshot(wide, `drill-${theme}`);
    const phone = await open("&q=proto+tcp&q.run=1", { theme, width: 390 });
    await done(phone);
    await fits(phone);
    await axe(phone);
    await screenshot(phone, `drill-phone-${theme}`);
  });

await end();
