// SPDX-License-Identifier: Apache-2.0
// The Profile page: first flow on the graph, every control by mouse and by keyboard, figures, how fast it is.
import { ask, axe, end, expect, fits, flows, page, screenshot, sleep, start, test, until } from "./harness.mjs";

await start();

const query = async (p) => new URLSearchParams(await p.evaluate(() => location.search));
const ready = async (where, options) => {
  const p = await page(where, options);
  await p.locator(".chart canvas").waitFor();
  return p;
};
const over = (p) => p.locator(".chart .u-over");
async function at(p, share) {
  const box = await over(p).boundingBox();
  return [box.x + box.width * share, box.y + box.height / 2];
}
const total = async (p) => (await p.locator(".readout-sum .num").innerText()).replace(/\s+/g, "");

test("before the first flow the page says so, and the first one is on it at once", async () => {
  const p = await ready("/?profile=live");
  await p.getByText("No flows in this window").waitFor();
  await screenshot(p, "profile-empty-light");
  const sent = Date.now();
  flows();
  await until("a value at the newest second", async () => !["–", "0"].includes(await total(p)), 30);
  console.log(`first flow on the graph: ${((Date.now() - sent) / 1000).toFixed(1)} s after the generator was started`);
  await p.getByText("No flows in this window").waitFor({ state: "detached" });
});

test("the edge moves each second", async () => {
  const p = await ready("/?profile=live");
  const seen = new Set();
  await until("three different seconds", async () => seen.add(await p.locator(".readout-time").innerText()).size >= 3);
});

test("controls stand in the address, and back undoes them", async () => {
  const p = await ready("/?profile=zone1_profile");
  const pick = (group, name) => p.getByRole("radiogroup", { name: group, exact: true }).getByRole("radio", { name, exact: true }).check({ force: true });
  await pick("Unit", "Flows");
  await pick("Class", "TCP");
  await pick("Drawing", "Lines");
  await pick("Scale", "Log");
  await pick("Span", "6 h");
  await pick("Rate or sum", "Sum");
  expect.deepEqual(Object.fromEntries((await query(p))), { profile: "zone1_profile", unit: "flows", class: "tcp", draw: "lines", scale: "log", span: "6h", table: "sum" });
  await screenshot(p, "profile-lines-log-light");
  await p.goBack();
  await sleep(200);
  expect.equal((await query(p)).get("table"), null);
  await p.goBack();
  await sleep(200);
  expect.equal((await query(p)).get("span"), null);
});

test("the window moves, zooms, and comes back to now", async () => {
  const p = await ready("/?profile=live");
  await p.getByRole("button", { name: /One window back/ }).click();
  const [from, to] = [Number((await query(p)).get("from")), Number((await query(p)).get("to"))];
  expect.equal(to - from, 900);
  await p.keyboard.press("[");
  expect.equal(Number((await query(p)).get("to")), from);
  await p.getByRole("button", { name: /Zoom out/ }).click();
  expect.equal(Number((await query(p)).get("to")) - Number((await query(p)).get("from")), 1800);
  await p.keyboard.press("+");
  await p.getByRole("button", { name: /To the newest/ }).click();
  expect.equal((await query(p)).get("from"), null);
  await p.getByLabel("From, UTC").fill("2026-01-31 13:45");
  await p.getByLabel("To, UTC").fill("2026-01-31 14:45");
  await p.keyboard.press("Enter");
  await until("the window is in the address", async () => (await query(p)).get("to") !== null);
  expect.equal((await query(p)).get("from"), String(Date.UTC(2026, 0, 31, 13, 45) / 1000));
  await p.getByLabel("From, UTC").fill("yesterday");
  await p.keyboard.press("Enter");
  await p.getByText("'yesterday' is no time").waitFor();
});

test("a click sets the slot, a drag marks a window, keys do both", async () => {
  await until("some seconds of data", async () => (await ask("/totals?profile=live&from=-10s&to=now")).rows.length > 0);
  await sleep(5_000);
  const p = await ready("/?profile=live");
  await p.mouse.click(...(await at(p, 0.999)));
  expect.ok((await query(p)).has("slot"));
  await p.locator(".chart-slot.on").waitFor();
  await p.locator("body").press("ArrowLeft");
  const slot = Number((await query(p)).get("slot"));
  await p.keyboard.press("ArrowRight");
  expect.equal(Number((await query(p)).get("slot")), slot + 1);
  await p.keyboard.press("p");
  await p.keyboard.press("e");
  await p.keyboard.press("Shift+ArrowLeft");
  await p.keyboard.press("Shift+ArrowLeft");
  const [left, right] = (await query(p)).get("mark").split("-").map(Number);
  expect.equal(right - left, 3);
  await p.keyboard.press("Escape");
  expect.equal((await query(p)).get("mark"), null);
  await p.mouse.move(...(await at(p, 0.5)));
  await p.mouse.down();
  await p.mouse.move(...(await at(p, 0.7)), { steps: 5 });
  await p.mouse.up();
  expect.ok((await query(p)).has("mark"));
  await p.locator(".chart-brush.on").waitFor();
  await screenshot(p, "profile-marked-light");
  await p.getByRole("button", { name: "Zoom", exact: true }).click();
  expect.ok((await query(p)).has("from"));
});

test("channels go out of the graph and come back", async () => {
  const p = await ready("/?profile=zone1_profile");
  await p.locator(".readout-row", { hasText: /^https/ }).click();
  expect.equal((await query(p)).get("off"), "https");
  await p.locator(".totals").getByRole("checkbox", { name: /^[+−]?\s*dns$/ }).uncheck();
  expect.equal((await query(p)).get("off"), "https,dns");
  await p.getByRole("button", { name: "None", exact: true }).click();
  await p.getByRole("button", { name: "All", exact: true }).click();
  expect.equal((await query(p)).get("off"), null);
});

test("the figures of the table are those of the API", async () => {
  const now = Math.floor(Date.now() / 1000) - 3;
  const window = `from=${now - 4}&to=${now}`;
  const p = await ready(`/?profile=zone1_profile&table=sum&${window}`);
  const totals = await ask(`/totals?profile=zone1_profile&${window}`);
  const dns = totals.rows.find((row) => row.channel === "dns").cells.any.flows;
  const cell = p.locator(".totals tbody tr", { hasText: "dns" }).locator("td .num").first();
  await cell.waitFor();
  expect.equal((await cell.getAttribute("title")).replace(/\D/g, ""), String(dns));
});

test("a profile that is none says so", async () => {
  const p = await page("/?profile=nothing");
  await p.getByText("There is no profile 'nothing'").waitFor();
});

for (const theme of ["light", "dark"])
  test(`looks and accessibility, ${theme}`, async () => {
    const p = await ready("/?profile=zone1_profile", { theme });
    await p.locator(".totals tbody tr").first().waitFor();
    await axe(p);
    await screenshot(p, `profile-${theme}`);
    const phone = await ready("/?profile=zone1_profile", { theme, width: 390 });
    await phone.locator(".totals tbody tr").first().waitFor();
    await fits(phone);
    await axe(phone);
    await screenshot(phone, `profile-phone-${theme}`);
  });

test("how fast: a year of 21 channels, and when the page can be used", async () => {
  const p = await page("/overview");
  await p.evaluate(() => performance.mark("begin"));
  const ms = await p.evaluate(async () => {
    const begin = performance.now();
    history.pushState(null, "", "/?profile=zone1_profile&span=1y");
    dispatchEvent(new PopStateEvent("popstate"));
    while (document.querySelector(".chart canvas") === null) await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    return performance.now() - begin;
  });
  console.log(`a year of 21 channels: ${ms.toFixed(0)} ms from the click to the picture, the API's answer in it`);
  const fresh = await page("/?profile=zone1_profile&span=1y");
  await fresh.locator(".chart canvas").waitFor();
  const timing = await fresh.evaluate(() => performance.getEntriesByType("navigation")[0].domInteractive);
  const usable = await fresh.evaluate(() => performance.now());
  console.log(`page: DOM interactive after ${timing.toFixed(0)} ms, graph there before ${usable.toFixed(0)} ms`);
});

await end();
