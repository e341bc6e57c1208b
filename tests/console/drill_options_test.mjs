// SPDX-License-Identifier: Apache-2.0
// The drill-down's options, each in the question that is asked, and its table: sorted, with bars, exact, taken along.
import { readFileSync } from "node:fs";
import { command, done, open, ran } from "./drill_setup.mjs";
import { end, expect, test } from "./harness.mjs";

const figures = (p, row) => p.locator(`table.result tbody tr:nth-child(${row}) td`).evaluateAll((cells) => cells.map((cell) => cell.title));

test("every order of a top and of a list, every way to put flows together", async () => {
  const p = await open("&q.run=1");
  await done(p);
  const each = async (label, words) => {
    const values = await p.getByLabel(label).locator("option").evaluateAll((options) => options.map((option) => option.value));
    for (const value of values.filter((one) => one !== "" && one !== "own")) {
      await p.getByLabel(label).selectOption(value);
      await p.getByRole("button", { name: "Run", exact: true }).click();
      await ran(p, words(value));
      expect.ok((await p.locator("table.result tbody tr").count()) > 0, `${label} ${value}`);
    }
    return values.length;
  };
  expect.equal(await each("Ordered by", (order) => `-s srcip/${order}`), 16);
  await p.getByRole("radiogroup", { name: "Answer" }).getByRole("radio", { name: "Flows" }).check({ force: true });
  expect.equal(await each("Ordered by", (order) => `-O ${order}`), 20);
  await p.getByLabel("Ordered by").selectOption("");
  expect.equal(await each("Put together by", (fields) => `-A ${fields}`), 11);
  await p.getByLabel("Put together by").selectOption("own");
  await p.getByLabel("Fields to group by").fill("srcip4/16,dstport");
  await p.getByLabel("Fields to group by").press("Enter");
  await ran(p, "-A srcip4/16,dstport");
});

test("options go into the question: direction of the order, protocols apart, limits, sources, all flows, both directions", async () => {
  const p = await open("&q.run=1");
  await done(p);
  const run = async (words) => {
    await p.getByRole("button", { name: "Run", exact: true }).click();
    await ran(p, words);
  };
  expect.match(await command(p), /--profile live/);
  await p.getByRole("button", { name: "largest first" }).click();
  await run("-s srcip/bytes:a");
  await p.getByLabel("each protocol apart").check();
  await run("-s srcip:p/bytes:a");
  await p.getByText("Where, and limits").click();
  await p.getByRole("textbox", { name: "Packets", exact: true }).fill("2");
  await p.getByRole("textbox", { name: "Packets", exact: true }).press("Tab");
  await run("-l 2");
  await p.getByLabel("Bytes: more or less").selectOption("-");
  await p.getByRole("textbox", { name: "Bytes", exact: true }).fill("1M");
  await p.getByRole("textbox", { name: "Bytes", exact: true }).press("Tab");
  await run("-L -1M");
  await p.getByRole("group", { name: "Sources" }).getByRole("checkbox", { name: "peer1" }).uncheck();
  await run("--source netflow-global --source ipfix-global --source sflow-global --source peer2");
  await p.getByLabel("Flows of").selectOption("everything");
  await p.getByRole("radiogroup", { name: "Answer" }).getByRole("radio", { name: "Flows" }).check({ force: true });
  await p.getByLabel("both directions in one line").check();
  await run(" -b ");
  expect.doesNotMatch(await command(p), /--profile/);
});

test("the table sorts, has bars and exact numbers; it and the command can be taken along", async () => {
  const p = await open("&q.run=1");
  await done(p);
  const titles = await p.locator("table.result th").allInnerTexts();
  const bytes = titles.findIndex((title) => title.startsWith("Bytes"));
  const column = async () => (await p.locator(`table.result td:nth-child(${bytes + 1})`).evaluateAll((cells) => cells.map((cell) => cell.title))).map((text) => Number(text.replace(/\D/g, "")));
  const widths = await p.locator("table.result .bar").evaluateAll((bars) => bars.map((bar) => bar.getBoundingClientRect().width));
  const down = await column();
  expect.equal(widths.length, down.length);
  expect.deepEqual(down, [...down].sort((a, b) => b - a));
  down.forEach((value, n) => expect.ok(Math.abs(widths[n] / widths[0] - value / down[0]) < 0.03, `bar ${n}`));
  expect.match((await figures(p, 1))[bytes], /^[\d,]+ bytes$/);
  await p.getByRole("button", { name: "Bytes", exact: true }).click();
  await p.getByRole("button", { name: "Bytes", exact: true }).click();
  await p.locator("th[aria-sort=ascending]").waitFor();
  expect.deepEqual(await column(), [...down].reverse());
  const saved = p.waitForEvent("download");
  await p.getByRole("button", { name: "CSV" }).click();
  const lines = readFileSync(await (await saved).path(), "utf8").trim().split("\r\n");
  expect.equal(lines.length, down.length + 1);
  await p.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await p.getByRole("button", { name: "Copy command" }).click();
  await p.getByText("Copied").waitFor();
  expect.equal(await p.evaluate(() => navigator.clipboard.readText()), await command(p));
  const formats = await p.getByLabel("Shown as").locator("optgroup option").evaluateAll((options) => options.map((option) => option.value));
  for (const format of formats) {
    await p.getByLabel("Shown as").selectOption(format);
    await ran(p, `-o ${format}`);
    expect.ok((await p.locator("#drill-text").innerText()).length > 100, format);
  }
});

await end();
