// SPDX-License-Identifier: Apache-2.0
// Exporters and ledger.
import { axe, end, expect, fits, flows, page, screenshot, start, test, until } from "./harness.mjs";

await start();
flows();
flows("--protocol", "v5", "--source", "127.0.0.9", "--exporters", "1", "--rate", "100");
const query = (p) => new URL(p.url()).searchParams;
const rows = (p) => p.getByRole("region", { name: "Exporters" }).locator("tbody tr");
const all = (p, many) => until(`${many} exporters`, async () => (await rows(p).count()) === many);

test("who sends: figures, order, filter", async () => {
  const p = await page("/exporters");
  await all(p, 4);
  await until("a rate", async () => /[1-9]/.test(await rows(p).first().locator("td").nth(5).innerText()));
  expect.match((await rows(p).first().innerText()).replaceAll("\u00a0", " "), /100 %/);
  await p.getByRole("button", { name: "Exporter" }).click();
  expect.equal(query(p).get("order"), "address");
  await until("by address", async () => (await rows(p).first().innerText()).startsWith("127.0.0.1"));
  await p.getByRole("searchbox").fill("127.0.0.9/32");
  await all(p, 1);
  expect.equal(query(p).get("prefix"), "127.0.0.9/32");
  await p.getByRole("searchbox").fill("192.0.2.0/24");
  await p.getByText("No exporter matches").waitFor();
  await p.getByRole("button", { name: "Show all" }).click();
  await all(p, 4);
  await p.getByRole("combobox", { name: "Source" }).selectOption("sflow-global");
  await p.getByText("No exporter matches").waitFor();
});

test("what is no prefix is told", async () => {
  const p = await page("/exporters?prefix=nonsense", { expects: /422/ });
  await p.getByText(/is no address and no prefix/).waitFor();
});

test("a row opens the exporter: counts, templates with fields; a link shows the same", async () => {
  const p = await page("/exporters?order=address");
  await all(p, 4);
  await rows(p).first().getByRole("link").click();
  const dialog = p.getByRole("dialog", { name: "Exporter 127.0.0.1" });
  await dialog.getByText("datagrams accepted").waitFor();
  await dialog.locator("details").first().locator("summary").click();
  expect.ok((await dialog.locator("details").first().locator("li").count()) > 3);
  await axe(p);
  const shared = await page(new URL(p.url()).pathname + new URL(p.url()).search);
  await shared.getByRole("dialog", { name: "Exporter 127.0.0.1" }).waitFor();
  await p.keyboard.press("Escape");
  await until("it closes", async () => (await p.locator("dialog[open]").count()) === 0);
  expect.equal(query(p).get("exporter"), null);
});

test("the ledger from wire to disk: picture, table, books, laws", async () => {
  const p = await page("/exporters?view=ledger");
  await p.locator(".river").waitFor();
  await p.getByText("Balanced: everything that came in is accounted for").waitFor();
  expect.equal(await p.locator(".river .law").count(), 11);
  expect.equal(await p.locator(".river .law.broken").count(), 0);
  expect.ok((await p.locator(".river .branch.lost.none").count()) > 10);
  await p.getByRole("radio", { name: "Table" }).check({ force: true });
  const table = p.getByRole("region", { name: "From wire to disk, as a table" });
  expect.match(await table.innerText(), /flows not archived: the writers were behind/);
  for (const [book, name] of [["total", "Ever"], ["1h", "1 h"]]) {
    await p.getByRole("radio", { name, exact: true }).check({ force: true });
    expect.equal(query(p).get("book"), book);
    await until("its figures", async () => (await table.locator("tr.stage-row").count()) === 9);
  }
  await p.getByText("The laws: 11 of 11 hold").click();
  expect.equal(await p.getByRole("region", { name: "The laws" }).locator("tbody tr").count(), 11);
  await axe(p);
});

for (const theme of ["light", "dark"])
  test(`looks and accessibility, ${theme}`, async () => {
    for (const width of [1440, 390]) {
      const size = width < 500 ? "phone-" : "";
      const p = await page("/exporters", { theme, width });
      await all(p, 4);
      await fits(p);
      await axe(p);
      await screenshot(p, `exporters-${size}${theme}`);
      const ledger = await page("/exporters?view=ledger", { theme, width });
      await ledger.locator(width < 500 ? ".stages" : ".river").waitFor();
      await fits(ledger);
      await axe(ledger);
      await screenshot(ledger, `ledger-${size}${theme}`);
    }
  });

await end();
