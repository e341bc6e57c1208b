// SPDX-License-Identifier: Apache-2.0
// What the tests of the drill-down share: some seconds of flows in the archive, and the parts of the form and of the answer.
import { ask, flows, page, sleep, start, until } from "./harness.mjs";

await start();
const stop = flows();
await until("flows that were counted", async () => {
  const { rows } = await ask("/totals?profile=live&from=-5m&to=now");
  return rows.reduce((sum, row) => sum + row.cells.any.flows, 0) > 10_000;
}, 60);
stop();
// Blocks of the archive are written a few seconds after their flows.
let before = -1;
await until("all of them are in the archive", async () => {
  const law = (await ask("/ledger")).laws.find((one) => one.name === "archive");
  const [through, still] = [law.left[0].value, law.in_flight === 0 && law.left[0].value === before];
  before = through;
  await sleep(1_000);
  return still;
}, 60);
const now = (await ask("/status?parts=")).now_ms / 1000;
const mark = `${Math.floor(now) - 120}-${Math.floor(now)}`;
const place = `/?profile=live&mark=${mark}`;

export const box = (p) => p.getByRole("textbox", { name: "Filter", exact: true });
export const cell = (p, row, column) => p.locator(`table.result tbody tr:nth-child(${row}) td:nth-child(${column}) button`);
export const state = (p) => Object.fromEntries([...new URL(p.url()).searchParams].filter(([name]) => name === "q" || name.startsWith("q.")));
export const command = (p) => p.locator("#drill-command").innerText();
// Until the answer is there whose command has these words.
export const ran = async (p, words) => {
  await until(`an answer to ${words}`, async () => (await p.locator("#drill-command").count()) > 0 && (await command(p)).includes(words));
  await done(p);
};
export const done = (p) => p.locator(".drill-answer[aria-busy=false]").waitFor();
export const open = async (query, options) => {
  const p = await page(place + query, options);
  await box(p).waitFor();
  return p;
};
