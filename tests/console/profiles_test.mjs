// SPDX-License-Identifier: Apache-2.0
// Profiles edited in place: what is saved stands in the file and counts; two editors lose nothing.
import { readFileSync } from "node:fs";
import path from "node:path";
import { ask, axe, end, expect, fits, flows, page, screenshot, start, test, until, work } from "./harness.mjs";

await start();
flows();
const query = (p) => new URL(p.url()).searchParams;
const file = (name) => readFileSync(path.join(work, "etc/profiles.d", name), "utf8");
const filter = (p) => p.locator(".filter-box textarea");
const editor = (p) => p.locator(".channel-editor");
const save = (p) => editor(p).getByRole("button", { name: /^(Save|Add channel)$/ });
const named = (p) => editor(p).getByLabel("Name");
const saved = (p) => editor(p).getByText(/^Saved/).waitFor();
const top = (p) => p.evaluate(() => scrollTo(0, 0)); // what the header half covers is no fault of the page
const open = async (channel, options) => {
  const p = await page(`/profiles?profile=zone1_profile&channel=${channel}`, options);
  await filter(p).waitFor();
  return p;
};

test("a new profile and its first channel, which counts", async () => {
  const p = await page("/profiles");
  await p.getByRole("button", { name: "New profile" }).click();
  const dialog = p.getByRole("dialog", { name: "New profile" });
  await dialog.getByLabel("Name", { exact: true }).fill("tested");
  await dialog.getByLabel("First channel").fill("everything");
  await filter(p).fill("any");
  await dialog.getByLabel("Description").fill("Made by a browser");
  await axe(p);
  await dialog.getByRole("button", { name: "Create" }).click();
  await until("it is open", () => query(p).get("channel") === "everything");
  expect.equal(query(p).get("profile"), "tested");
  expect.match(file("tested.toml"), /name = "everything"/);
  await until(
    "it counts",
    async () => {
      const totals = await ask("/totals?profile=tested&from=-1h&to=now");
      return totals.rows.some((row) => row.channel === "everything" && row.cells.any.flows > 0);
    },
    40,
  );
});

test("a filter that is changed keeps its history and everything else of the file", async () => {
  const before = file("zone1_profile.toml");
  const p = await open("icmp");
  await filter(p).fill("proto icmp or proto icmp6");
  await p.getByText("unsaved").first().waitFor();
  await save(p).click();
  await saved(p);
  expect.equal(file("zone1_profile.toml"), before.replace('"proto icmp"', '"proto icmp or proto icmp6"'));
});

test("colour, sign and sources; what is typed stays while one looks elsewhere", async () => {
  const p = await open("ftp");
  await editor(p).getByRole("button", { name: "vermilion" }).click();
  await editor(p).getByRole("radio", { name: "below" }).check({ force: true });
  await editor(p).getByLabel("all, also new ones").check();
  await editor(p).getByLabel("peer1").check();
  await p.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Overview" }).click();
  await p.goBack();
  await filter(p).waitFor();
  expect.ok(await editor(p).getByLabel("peer1").isChecked());
  await save(p).click();
  await saved(p);
  expect.match(file("zone1_profile.toml"), /name = "ftp"\nfilter = "port 21"\ncolour = "#d55e00"\nsign = "-"\norder = \d+\nsources = \["peer1"\]/i);
});

test("a refused filter is told at the field, and nothing is written", async () => {
  const before = file("zone1_profile.toml");
  const p = await open("ssh", { expects: /422/ });
  await filter(p).fill("proto tcp and prot 22");
  await p.locator(".fault").waitFor();
  await save(p).click();
  await editor(p).getByText(/Not saved: .*found 'prot'/).waitFor();
  expect.equal(file("zone1_profile.toml"), before);
  await top(p);
  await axe(p);
  await editor(p).getByRole("button", { name: "Discard" }).click();
  expect.equal(await filter(p).inputValue(), "port 22");
});

test("a name that is taken is told at the field", async () => {
  const p = await open("ssh", { expects: /409|422/ });
  await named(p).fill("dns");
  await save(p).click();
  await editor(p).locator(".wrong, .bad").filter({ hasText: "dns" }).first().waitFor();
});

test("two editors: what does not touch is put together", async () => {
  const [one, two] = [await open("http"), await open("https", { expects: /412/ })];
  await filter(one).fill("port 80 or port 8080");
  await filter(two).fill("port 443 or port 8443");
  await save(one).click();
  await saved(one);
  await save(two).click();
  await saved(two);
  expect.match(file("zone1_profile.toml"), /"port 80 or port 8080"/);
  expect.match(file("zone1_profile.toml"), /"port 443 or port 8443"/);
});

test("two editors of one filter: theirs and mine, and a choice", async () => {
  const [one, two] = [await open("dns"), await open("dns", { expects: /412/ })];
  await filter(one).fill("proto udp and port 53");
  await filter(two).fill("proto tcp and port 53");
  await save(one).click();
  await saved(one);
  await save(two).click();
  const dialog = two.getByRole("dialog", { name: "Somebody else changed this, too" });
  await dialog.waitFor();
  expect.match(await dialog.innerText(), /theirs\s+proto udp and port 53/);
  await axe(two);
  await screenshot(two, "conflict-light");
  await dialog.getByLabel(/^mine/).check();
  await dialog.getByRole("button", { name: "Take this" }).click();
  await save(two).click();
  await saved(two);
  expect.match(file("zone1_profile.toml"), /"proto tcp and port 53"/);
});

test("order by keyboard and by drag", async () => {
  const p = await page("/profiles?profile=zone1_profile");
  const names = () => p.locator(".channel-name a").allInnerTexts();
  await p.locator(".channel-name a").nth(1).waitFor();
  const before = await names();
  const second = before[1];
  await p.getByRole("button", { name: `Move ${second} up` }).focus();
  await p.keyboard.press("Enter");
  expect.equal((await names())[0], second);
  await p.getByRole("button", { name: "Save order" }).click();
  await p.getByText(/^Saved/).waitFor();
  await until("it stays", async () => (await ask("/profiles/zone1_profile")).channels[0].name === second);
  await p.locator(".channels tbody tr").nth(3).dragTo(p.locator(".channels tbody tr").nth(1));
  expect.equal((await names())[1], before[3]);
  await p.getByRole("button", { name: "Discard" }).last().click();
});

test("a preview out of the archive, beside what the channel counts", async () => {
  const p = await open("dns");
  await p.getByRole("button", { name: "Preview" }).click();
  await p.locator(".preview-pair .small-graph").first().waitFor();
  expect.equal(await p.locator(".preview-pair figure").count(), 2);
});

test("the past is filled, with progress", async () => {
  const p = await open("http"); // its filter was widened: of one that takes less the newest steps are replaced only minutes later
  await p.getByRole("button", { name: "Fill the past" }).click();
  await p.locator(".fill").getByText(/^Done/).waitFor({ timeout: 60_000 });
});

test("a channel and a profile are deleted after a question", async () => {
  const p = await page("/profiles?profile=tested");
  await p.getByRole("button", { name: "Add channel" }).click();
  await named(p).fill("more");
  await filter(p).fill("port 9");
  await save(p).click();
  await until("it is open", () => query(p).get("channel") === "more");
  await p.getByRole("button", { name: "Delete channel" }).click();
  await p.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await until("it is gone", async () => (await ask("/profiles/tested")).channels.length === 1);
  await p.getByRole("button", { name: "Delete profile" }).click();
  await p.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await until("it is gone", async () => !(await ask("/profiles")).some((profile) => profile.name === "tested"));
});

for (const theme of ["light", "dark"])
  test(`looks and accessibility, ${theme}`, async () => {
    for (const width of [1440, 390]) {
      const p = await open("snmp", { theme, width });
      await top(p);
      await fits(p);
      await axe(p);
      await screenshot(p, `profiles-${width < 500 ? "phone-" : ""}${theme}`);
    }
  });

await end();
