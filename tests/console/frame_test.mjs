// SPDX-License-Identifier: Apache-2.0
// The frame of every page: navigation, profile, theme, keys, a lost connection and its recovery.
import { axe, end, expect, fits, flows, page, pause, resume, screenshot, start, stop, test, until } from "./harness.mjs";

await start();
flows();
const text = (p, selector) => p.locator(selector).innerText();
const path = (p) => p.evaluate(() => location.pathname);

test("every page opens from the navigation, and back leads back", async () => {
  const p = await page("/");
  for (const [title, where] of [["Overview", "/overview"], ["Live", "/live"], ["Exporters and ledger", "/exporters"], ["Profiles", "/profiles"]]) {
    await p.getByRole("navigation").getByRole("link", { name: title, exact: true }).click();
    expect.equal(await path(p), where);
    expect.equal(await text(p, "nav [aria-current=page]"), title);
  }
  await p.goBack();
  await p.getByRole("navigation").waitFor();
  expect.equal(await path(p), "/exporters");
  await p.reload();
  expect.equal(await text(p, "nav [aria-current=page]"), "Exporters and ledger");
});

test("a path that is none says so", async () => {
  const p = await page("/nowhere");
  await p.getByText("There is no such page").waitFor();
});

test("the theme goes round and stays", async () => {
  const p = await page("/", { theme: "dark" });
  const ground = () => p.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const dark = await ground();
  await p.getByRole("button", { name: /^Theme/ }).click();
  const light = await ground();
  expect.notEqual(light, dark);
  await p.reload();
  await p.waitForSelector("main");
  expect.equal(await ground(), light);
  await p.keyboard.press("T");
  expect.equal(await ground(), dark);
});

test("keys: the list, pages by number, off when turned off", async () => {
  const p = await page("/");
  await p.locator(".chart").waitFor();
  await p.keyboard.press("?");
  await p.getByRole("dialog").getByText("highest slot").waitFor();
  await axe(p);
  await screenshot(p, "keyboard-light");
  await p.getByRole("dialog").getByRole("checkbox").uncheck();
  await p.keyboard.press("Escape");
  await until("the dialog closes", async () => (await p.locator("dialog[open]").count()) === 0);
  await p.keyboard.press("3");
  expect.equal(await path(p), "/");
  await p.keyboard.press("?");
  await p.getByRole("dialog").getByRole("checkbox").check();
  await p.keyboard.press("Escape");
  await p.keyboard.press("3");
  expect.equal(await path(p), "/live");
});

test("a daemon that stands still makes the page stale, and live again", async () => {
  const p = await page("/");
  await p.locator(".connection.live").waitFor();
  pause();
  try {
    await p.locator(".connection.stale").waitFor({ timeout: 15_000 });
  } finally {
    resume();
  }
  await p.locator(".connection.live").waitFor();
});

test("a daemon that was killed is missed, and found again by itself", async () => {
  const p = await page("/", { expects: /Failed to load resource|ERR_/ });
  await p.locator(".connection.live").waitFor();
  await p.locator(".chart").waitFor({ timeout: 30_000 });
  await stop("SIGKILL");
  await p.locator(".connection.lost").waitFor({ timeout: 20_000 });
  expect.ok(await p.locator(".chart").isVisible(), "what was there stays");
  await axe(p);
  await screenshot(p, "lost-light");
  await start();
  await p.locator(".connection.live").waitFor({ timeout: 30_000 });
});

test("the address bar is all there is: a link opened elsewhere shows the same", async () => {
  const first = await page("/?profile=live&span=1h&unit=flows&draw=lines&scale=log&table=sum");
  const second = await page(await first.evaluate(() => location.pathname + location.search));
  for (const p of [first, second]) {
    await p.locator(".chart").waitFor();
    for (const name of ["1 h", "Flows", "Lines", "Log", "Sum"]) expect.ok(await p.getByRole("radio", { name, exact: true }).first().isChecked(), name);
  }
});

test("phone: nothing is wider than the window", async () => {
  const p = await page("/", { width: 390, theme: "dark" });
  await p.locator(".chart").waitFor();
  await fits(p);
  await axe(p);
  await screenshot(p, "profile-phone-dark");
});

await end();
