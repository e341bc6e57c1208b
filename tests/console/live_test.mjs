// SPDX-License-Identifier: Apache-2.0
// The Live page: each source second by second.
import { axe, end, expect, fits, flows, page, query, screenshot, start, test, until } from "./harness.mjs";

await start();
flows();
const open = async (where, options) => {
  const p = await page(where, options);
  await p.locator(".live-source .chart canvas").first().waitFor();
  return p;
};
const source = (p, name) => p.locator(".live-source", { hasText: name }).first();

test("each source has a graph that moves, and rates", async () => {
  const p = await open("/live");
  expect.equal(await p.locator(".live-source").count(), 5);
  const first = source(p, "netflow-global").locator(".live-rate .num").first();
  await until("a rate", async () => !["–", "0"].includes((await first.innerText()).trim()));
  const seconds = new Set();
  await until("three seconds", async () => seconds.add(await p.locator(".readout-time").innerText()).size >= 3);
  await until("a worker's load", async () => /\d/.test(await p.locator(".live-now dd").last().innerText()));
});

test("unit and class, by mouse and by key; what is chosen is drawn", async () => {
  const p = await open("/live");
  const pick = (name) => p.getByRole("radio", { name, exact: true }).check({ force: true });
  await pick("Flows");
  await pick("UDP");
  expect.deepEqual(Object.fromEntries(await query(p)), { unit: "flows", class: "udp" });
  await p.getByText("total, flows/s").waitFor();
  const shared = await open(`/live?${await query(p)}`);
  expect.ok(await shared.getByRole("radio", { name: "UDP" }).isChecked());
  for (const [key, unit] of [["k", "packets"], ["b", null], ["f", "flows"]])
    await until(`${key} sets the unit`, async () => {
      await p.keyboard.press(key);
      return (await query(p)).get("unit") === unit;
    });
});

test("a source is left out and taken in again; the pointer reads a second", async () => {
  const p = await open("/live");
  const row = p.locator(".readout-row", { hasText: "netflow-global" });
  await row.click();
  expect.equal((await query(p)).get("off"), "netflow-global");
  expect.equal(await row.getAttribute("aria-pressed"), "false");
  await p.keyboard.press("a");
  await until("all are shown", async () => (await query(p)).get("off") === null && (await row.getAttribute("aria-pressed")) === "true");
  await p.locator(".live-all .u-over").hover();
  await p.locator(".readout-at", { hasText: "Pointer" }).waitFor();
  await p.mouse.move(0, 0);
  await p.locator(".readout-at", { hasText: "Newest second" }).waitFor();
});

test("a source leads to those who send to it", async () => {
  const p = await open("/live");
  await source(p, "netflow-global").getByRole("link").click();
  await until("three exporters", async () => (await p.getByRole("region", { name: "Exporters" }).locator("tbody tr").count()) === 3);
  expect.equal((await query(p)).get("source"), "netflow-global");
});

for (const theme of ["light", "dark"])
  test(`looks and accessibility, ${theme}`, async () => {
    for (const width of [1280, 390]) {
      const p = await open("/live", { theme, width });
      await fits(p);
      await axe(p);
      await screenshot(p, `live-${width < 500 ? "phone-" : ""}${theme}`);
    }
  });

await end();
