// SPDX-License-Identifier: Apache-2.0
// The Overview: everything at a glance, moving.
import { axe, end, expect, fits, flows, page, screenshot, start, test, until } from "./harness.mjs";

await start();
flows();
const query = (p) => new URL(p.url()).searchParams;
const choose = (p, name) => p.getByRole("radio", { name, exact: true }).check({ force: true });

test("rates move each second, nothing else does", async () => {
  const p = await page("/overview");
  const rate = p.locator(".rate", { has: p.getByRole("heading", { name: "Flows", exact: true }) }).locator(".num");
  await until("a rate", async () => /\d/.test(await rate.innerText()) && (await rate.getAttribute("title")) !== "0 /s");
  await until("a graph", async () => (await p.locator(".small-graph").count()) > 0);
  await until("the tables", async () => (await p.getByRole("region", { name: "Cores" }).locator("tbody tr").count()) > 0);
  const place = () => p.locator(".overview-side > section").evaluateAll((all) => all.map((one) => one.getBoundingClientRect().left));
  const before = await place();
  const first = await rate.getAttribute("title");
  await until("another rate", async () => (await rate.getAttribute("title")) !== first);
  expect.deepEqual(await place(), before);
});

test("every profile is a graph that leads to its page in the same state", async () => {
  const p = await page("/overview");
  const card = p.getByRole("link", { name: /zone1_profile/ });
  await choose(p, "Week");
  await choose(p, "Flows");
  expect.equal(query(p).get("span"), "1w");
  expect.equal(query(p).get("unit"), "flows");
  await card.click();
  expect.equal(new URL(p.url()).pathname, "/");
  expect.deepEqual([query(p).get("profile"), query(p).get("span"), query(p).get("unit")], ["zone1_profile", "1w", "flows"]);
  await p.goBack();
  await p.waitForSelector(".graphs");
  expect.ok(await p.getByRole("radio", { name: "Week" }).isChecked());
});

test("span and unit by key", async () => {
  const p = await page("/overview");
  await p.waitForSelector(".graphs");
  await p.keyboard.press("y");
  await p.keyboard.press("k");
  expect.deepEqual([query(p).get("span"), query(p).get("unit")], ["1y", "packets"]);
});

test("cores, top exporters, archive and store have figures", async () => {
  const p = await page("/overview");
  await until("the core", async () => /\d %/.test((await p.getByRole("region", { name: "Cores" }).innerText()).replaceAll("\u00a0", " ")));
  const senders = p.locator('.table-box[aria-label="Top exporters"]');
  await until("three exporters", async () => (await senders.locator("tbody tr").count()) === 3);
  expect.match(await senders.innerText(), /127\.0\.0\.1/);
  await p.getByText("Archive of raw flows").waitFor();
  expect.match(await p.locator(".disk-facts").last().innerText(), /Last commit/);
  await senders.getByRole("link").first().click();
  await p.getByRole("dialog", { name: /Exporter 127/ }).waitFor();
});

for (const theme of ["light", "dark"])
  test(`looks and accessibility, ${theme}`, async () => {
    for (const width of [1280, 390]) {
      const p = await page("/overview", { theme, width });
      await until("the graphs", async () => (await p.locator(".small-graph").count()) > 1);
      await until("the exporters", async () => (await p.locator('.table-box[aria-label="Top exporters"]').count()) === 1);
      await fits(p);
      await axe(p);
      await screenshot(p, `overview-${width < 500 ? "phone-" : ""}${theme}`);
    }
  });

await end();
