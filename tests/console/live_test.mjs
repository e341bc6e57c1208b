// SPDX-License-Identifier: Apache-2.0
// The Live page: each source second by second.
import { axe, end, expect, fits, flows, page, screenshot, start, test, until } from "./harness.mjs";

await start();
flows();

test("each source has a graph that moves, and rates", async () => {
  const p = await page("/live");
  await p.locator(".live-source .chart canvas").first().waitFor();
  expect.equal(await p.locator(".live-source").count(), 5);
  const first = p.locator(".live-source", { hasText: "netflow-global" }).first().locator(".live-rate .num").first();
  await until("a rate", async () => !["–", "0"].includes((await first.innerText()).trim()));
  await p.getByRole("radio", { name: "Flows", exact: true }).check({ force: true });
  expect.equal(await p.evaluate(() => new URLSearchParams(location.search).get("unit")), "flows");
});

for (const theme of ["light", "dark"])
  test(`looks and accessibility, ${theme}`, async () => {
    const p = await page("/live", { theme });
    await p.locator(".live-source .chart canvas").first().waitFor();
    await axe(p);
    await screenshot(p, `live-${theme}`);
    const phone = await page("/live", { theme, width: 390 });
    await phone.locator(".live-source .chart canvas").first().waitFor();
    await fits(phone);
    await axe(phone);
    await screenshot(phone, `live-phone-${theme}`);
  });

await end();
