// SPDX-License-Identifier: Apache-2.0
// The Overview: everything at a glance, moving.
import { axe, end, expect, fits, flows, page, query, screenshot, start, test, until } from "./harness.mjs";

await start();
flows();
const choose = (p, name) => p.getByRole("radio", { name, exact: true }).check({ force: true });
const path = (p) => p.evaluate(() => location.pathname);

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
  for (const [name, span, from] of [["Month", "1mo", "-30d"], ["Year", "1y", "-365d"], ["Week", "1w", "-7d"]]) {
    const asked = p.waitForResponse((answer) => answer.url().includes(`/series?profile=zone1_profile&from=${from}&`));
    await choose(p, name);
    expect.ok((await asked).ok());
    expect.equal((await query(p)).get("span"), span);
  }
  await choose(p, "Flows");
  expect.equal((await query(p)).get("unit"), "flows");
  await card.click();
  await until("its page", async () => (await path(p)) === "/");
  expect.deepEqual(Object.fromEntries(await query(p)), { profile: "zone1_profile", span: "1w", unit: "flows" });
  await p.goBack();
  await p.waitForSelector(".graphs");
  expect.ok(await p.getByRole("radio", { name: "Week" }).isChecked());
});

test("the graph of the sources leads to Live", async () => {
  const p = await page("/overview");
  await p.getByRole("link", { name: /^live/ }).click();
  await p.getByRole("heading", { name: "Live", exact: true }).waitFor();
  expect.equal(await path(p), "/live");
});

test("span and unit by key", async () => {
  const p = await page("/overview");
  await p.waitForSelector(".graph-card");
  for (const [key, name, value] of [["y", "span", "1y"], ["m", "span", "1mo"], ["w", "span", "1w"], ["d", "span", null], ["k", "unit", "packets"], ["f", "unit", "flows"], ["b", "unit", null]])
    await until(`${key} sets the ${name}`, async () => {
      await p.keyboard.press(key);
      return (await query(p)).get(name) === value;
    });
});

test("what is wrong now, with advice and where to look", async () => {
  const p = await page("/overview");
  const trouble = p.locator("#problems .trouble", { hasText: "do not tell how they sample" });
  await trouble.getByText(/Their flows count as if every packet was seen/).waitFor();
  await trouble.getByRole("link", { name: "Show" }).click();
  await p.getByRole("region", { name: "Exporters", exact: true }).waitFor();
});

test("cores, devices, top exporters, archive and store have figures", async () => {
  const p = await page("/overview");
  const region = (name) => p.locator(`.table-box[aria-label="${name}"]`);
  await until("the core", async () => /\d %/.test((await region("Cores").innerText()).replaceAll("\u00a0", " ")));
  expect.match(await region("Devices").innerText(), /loopback\s+up/);
  const senders = region("Top exporters");
  await until("three exporters", async () => (await senders.locator("tbody tr").count()) === 3);
  expect.match(await senders.innerText(), /127\.0\.0\.1/);
  await p.getByText("Archive of raw flows").waitFor();
  expect.match(await p.locator(".disk-facts").last().innerText(), /Last commit/);
  await senders.getByRole("link").first().click();
  await p.getByRole("dialog", { name: /Exporter 127/ }).waitFor();
  await p.goBack();
  await p.getByRole("link", { name: "All 3" }).click();
  await p.getByRole("region", { name: "Exporters", exact: true }).waitFor();
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
