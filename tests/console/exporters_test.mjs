// SPDX-License-Identifier: Apache-2.0
// Exporters and ledger.
import { createSocket } from "node:dgram";
import { ask, axe, end, expect, fits, flows, page, query, screenshot, start, test, until } from "./harness.mjs";

await start();
flows();
flows("--protocol", "v5", "--source", "127.0.0.9", "--exporters", "1", "--rate", "100");
const lossy = await losing("127.0.0.77");
const rows = (p) => p.getByRole("region", { name: "Exporters" }).locator("tbody tr");
const all = (p, many) => until(`${many} exporters`, async () => (await rows(p).count()) === many);
const text = async (locator) => (await locator.innerText()).replaceAll("\u00a0", " ");
const firstIs = (p, address) => until(`${address} is first`, async () => (await text(rows(p).first())).startsWith(address));

// An exporter of v5 of which 99 flows never arrive: its sequence numbers go from 1 to 100, then on. Returns how to end it.
async function losing(address) {
  const socket = createSocket("udp4");
  await new Promise((bound) => socket.bind({ address }, bound));
  let sequence = 0;
  const timer = setInterval(() => {
    const datagram = Buffer.alloc(24 + 48); // a header and one record
    datagram.writeUInt16BE(5, 0);
    datagram.writeUInt16BE(1, 2);
    datagram.writeUInt32BE(Math.floor(Date.now() / 1000), 8);
    datagram.writeUInt32BE(sequence, 16);
    datagram.writeUInt32BE(1, 24 + 16); // packets
    datagram.writeUInt32BE(64, 24 + 20); // bytes
    socket.send(datagram, 2055, "127.0.0.1");
    sequence = sequence === 0 ? 100 : sequence + 1;
  }, 500);
  return () => {
    clearInterval(timer);
    socket.close();
  };
}

test("who sends: figures, order, filter", async () => {
  const p = await page("/exporters");
  await all(p, 5);
  await until("a rate", async () => /[1-9]/.test(await rows(p).first().locator("td").nth(5).innerText()));
  expect.match(await text(rows(p).first()), /netflow-global\s+netflow9.* %\s+2\s+unknown\s+\d+ m?s ago/s);
  for (const [name, order] of [["Exporter", "address"], ["Datagrams/s", "datagrams"], ["bit/s", "bytes"], ["Last seen", "last_seen"], ["Lost before us", "missing"]]) {
    await p.getByRole("button", { name, exact: true }).click();
    expect.equal((await query(p)).get("order"), order);
    if (order === "address") await firstIs(p, "127.0.0.1");
  }
  await firstIs(p, "127.0.0.77");
  await p.getByRole("button", { name: "Flows/s", exact: true }).click();
  expect.equal((await query(p)).get("order"), null);
  await p.getByRole("searchbox").fill("127.0.0.9/32");
  await all(p, 1);
  expect.equal((await query(p)).get("prefix"), "127.0.0.9/32");
  await p.getByRole("searchbox").fill("192.0.2.0/24");
  await p.getByText("No exporter matches").waitFor();
  await p.getByRole("button", { name: "Show all" }).click();
  await all(p, 5);
  await p.getByRole("combobox", { name: "Source" }).selectOption("sflow-global");
  await p.getByText("No exporter matches").waitFor();
});

test("what is no prefix is told", async () => {
  const p = await page("/exporters?prefix=nonsense", { expects: /422/ });
  await p.getByText(/is no address and no prefix/).waitFor();
});

test("what is missing before us stands in its row and in its counts", async () => {
  const p = await page("/exporters?prefix=127.0.0.77/32");
  const lost = rows(p).locator(".bad").first();
  await until("99 flows", async () => Number(await lost.getAttribute("title")) >= 99);
  expect.match(await text(rows(p).locator(".complete.low")), /^\d+(\.\d+)? %$/);
  await rows(p).getByRole("link").click();
  const dialog = p.getByRole("dialog", { name: "Exporter 127.0.0.77" });
  await until("the graph of its books", async () => /flows here.*lost before us\s+\d{2}.*complete/s.test(await text(dialog.getByRole("region", { name: "Over time" }))));
  await dialog.locator(".small-graph").waitFor();
  await dialog.getByRole("radio", { name: "Week" }).check({ force: true });
  expect.equal((await query(p)).get("over"), "1w");
  await dialog.locator(".small-graph").waitFor();
  await until("its count", async () => /^missing by sequence number\s+\d+/.test(await dialog.locator(".counts tr.lost").first().innerText()));
});

test("a row opens the exporter: counts, templates with fields; a link shows the same", async () => {
  const p = await page("/exporters?order=address");
  await all(p, 5);
  await rows(p).first().getByRole("link").click();
  const dialog = p.getByRole("dialog", { name: "Exporter 127.0.0.1" });
  await dialog.getByText("datagrams accepted").waitFor();
  await dialog.locator(".template summary").first().click();
  await until("its fields", async () => (await dialog.locator(".template[open] li").count()) > 3);
  await axe(p);
  const shared = await page(`/exporters?${await query(p)}`);
  await shared.getByRole("dialog", { name: "Exporter 127.0.0.1" }).waitFor();
  const closed = () => until("it closes", async () => (await p.locator("dialog[open]").count()) === 0);
  await p.keyboard.press("Escape");
  await closed();
  expect.equal((await query(p)).get("exporter"), null);
  await rows(p).first().getByRole("link").click();
  await dialog.getByRole("button", { name: "Close" }).click();
  await closed();
});

test("the ledger from wire to disk: picture, table, books, laws", async () => {
  const p = await page("/exporters");
  await p.getByRole("radio", { name: "Ledger" }).check({ force: true });
  await p.locator(".river").waitFor();
  await p.getByText("Balanced: everything that came in is accounted for").waitFor();
  expect.equal(await p.locator(".river .law").count(), 11);
  expect.equal(await p.locator(".river .law.broken").count(), 0);
  expect.ok((await p.locator(".river .branch.lost.none").count()) > 10);
  await p.getByRole("radio", { name: "Table" }).check({ force: true });
  const table = p.getByRole("region", { name: "From wire to disk, as a table" });
  expect.match(await table.innerText(), /flows not archived: the writers were behind/);
  for (const [book, name] of [["total", "Ever"], ["24h", "24 h"], ["7d", "7 d"], ["30d", "30 d"], ["1h", "1 h"]]) {
    await p.getByRole("radio", { name, exact: true }).check({ force: true });
    expect.equal((await query(p)).get("book"), book);
    await until("its figures", async () => (await table.locator("tr.stage-row").count()) === 9);
  }
  await p.getByText("The laws: 11 of 11 hold").click();
  await until("the laws", async () => (await p.getByRole("region", { name: "The laws" }).locator("tbody tr").count()) === 11);
  await axe(p);
});

test("the ledger of a window out of the address", async () => {
  const now = Math.floor(Date.now() / 1000);
  const p = await page(`/exporters?view=ledger&as=table&from=${now - 7200}&to=${now}`);
  expect.ok(await p.getByRole("radio", { name: "Window" }).isChecked());
  await p.getByText("Balanced: everything that came in is accounted for").waitFor();
  await p.getByRole("radio", { name: "Since start" }).check({ force: true });
  expect.equal((await query(p)).get("from"), null);
});

for (const theme of ["light", "dark"])
  test(`looks and accessibility, ${theme}`, async () => {
    for (const width of [1440, 390]) {
      const size = width < 500 ? "phone-" : "";
      const p = await page("/exporters", { theme, width });
      await all(p, 5);
      await fits(p);
      await axe(p);
      await screenshot(p, `exporters-${size}${theme}`);
      await rows(p).first().getByRole("link").click();
      await p.locator("details.template").first().waitFor();
      await fits(p);
      await axe(p, "dialog");
      await screenshot(p, `exporter-${size}${theme}`);
      const ledger = await page("/exporters?view=ledger", { theme, width });
      await ledger.locator(width < 500 ? ".stages" : ".river").waitFor();
      await fits(ledger);
      await axe(ledger);
      await screenshot(ledger, `ledger-${size}${theme}`);
    }
  });

test("more than a page of exporters", async () => {
  flows("--source", "127.0.1.1", "--exporters", "60", "--rate", "6000", "--for", "10s");
  await until("they are known", async () => (await ask("/exporters?limit=1")).total === 65);
  const p = await page("/exporters?order=address");
  await p.getByText("1 to 50 of 65").waitFor();
  await p.getByRole("button", { name: "Next page" }).click();
  await p.getByText("51 to 65 of 65").waitFor();
  await all(p, 15);
  expect.equal((await query(p)).get("page"), "2");
  await p.getByRole("button", { name: "Previous page" }).click();
  await all(p, 50);
});

test("who is silent is shown as he was", async () => {
  lossy();
  const p = await page("/exporters?prefix=127.0.0.77/32");
  await until("some seconds", async () => /([3-9]|\d\d) s ago/.test(await text(rows(p).first())));
});

await end();
