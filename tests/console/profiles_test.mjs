// SPDX-License-Identifier: Apache-2.0
// Profiles edited in place: what is saved stands in the file and counts; two editors lose nothing.
import { readFileSync } from "node:fs";
import path from "node:path";
import { ask, axe, end, expect, fits, flows, page, query, screenshot, sleep, start, test, until, work } from "./harness.mjs";

await start();
flows();
const file = (name) => readFileSync(path.join(work, "etc/profiles.d", name), "utf8");
const filter = (p) => p.locator(".filter-box textarea");
const editor = (p) => p.locator(".channel-editor");
const save = (p) => editor(p).getByRole("button", { name: /^(Save|Add channel)$/ });
const named = (p) => editor(p).getByLabel("Name");
const saved = (p) => editor(p).getByText(/^Saved/).waitFor();
const top = (p) => p.evaluate(() => scrollTo(0, 0)); // what the header half covers is no fault of the page
const open = async (channel, options, profile = "zone1_profile") => {
  const p = await page(`/profiles?profile=${profile}&channel=${channel}`, options);
  await filter(p).waitFor();
  return p;
};
const goesTo = (p, channel) => until(`${channel} is open`, async () => (await query(p)).get("channel") === channel);
const counted = async (profile, channel) => {
  const totals = await ask(`/totals?profile=${profile}&channel=${channel}&from=-1h&to=now`);
  return totals.rows.reduce((sum, row) => sum + row.cells.any.flows, 0);
};
const keeps = (profile, channel, before) => until(`${profile}/${channel} has its past`, async () => (await counted(profile, channel)) >= before);
const counts = (profile, channel) => until(`${profile}/${channel} counts`, async () => (await counted(profile, channel)) > 0, 60);

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
  await goesTo(p, "everything");
  expect.equal((await query(p)).get("profile"), "tested");
  expect.match(file("tested.toml"), /name = "everything"/);
  await counts("tested", "everything");
});

test("a new profile that cannot be: the field says why", async () => {
  const p = await page("/profiles?new=profile", { expects: /409|422/ });
  const dialog = p.getByRole("dialog", { name: "New profile" });
  await dialog.getByLabel("Name", { exact: true }).fill("zone1_profile");
  await dialog.getByLabel("First channel").fill("one");
  await filter(p).fill("port 1");
  await dialog.getByRole("button", { name: "Create" }).click();
  await dialog.locator(".wrong, .bad").filter({ hasText: "zone1_profile" }).first().waitFor();
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await until("it closes", async () => (await p.locator("dialog[open]").count()) === 0);
  expect.equal((await query(p)).get("new"), null);
});

test("a profile is renamed, described, put into a group; its history stays", async () => {
  const before = await counted("tested", "everything");
  const p = await page("/profiles?profile=tested");
  const panel = p.locator(".profile-fields");
  await panel.getByLabel("Name").fill("tried");
  await panel.getByLabel("Description").fill("Made by a browser, then renamed");
  await panel.getByLabel("Group").fill("Trials");
  await p.getByRole("navigation", { name: "Profiles" }).getByText("unsaved").waitFor();
  await p.getByRole("button", { name: "Save", exact: true }).first().click();
  await until("it is open", async () => (await query(p)).get("profile") === "tried");
  await p.getByRole("navigation", { name: "Profiles" }).getByRole("heading", { name: "Trials" }).waitFor();
  expect.deepEqual((({ name, description, group }) => ({ name, description, group }))(await ask("/profiles/tried")), {
    name: "tried",
    description: "Made by a browser, then renamed",
    group: "Trials",
  });
  await keeps("tried", "everything", before);
});

test("a channel that is edited counts what its new filter takes", async () => {
  const p = await page("/profiles?profile=tried&new=channel");
  await named(p).fill("more");
  await filter(p).fill("src port 9 and dst port 9");
  await save(p).click();
  await goesTo(p, "more");
  await filter(p).fill("proto udp");
  await save(p).click();
  await saved(p);
  await counts("tried", "more");
  await p.getByRole("link", { name: "Show its graph" }).click();
  const row = p.locator(".readout-row", { hasText: "more" });
  await until("it is on the graph", async () => /\d/.test(await row.locator(".num").innerText()) && !/^0\s*$/.test(await row.locator(".num").innerText()));
});

test("a channel is renamed and keeps what it counted", async () => {
  await counts("zone1_profile", "telnet");
  const before = await counted("zone1_profile", "telnet");
  const p = await open("telnet");
  await named(p).fill("telnet-23");
  await save(p).click();
  await goesTo(p, "telnet-23");
  await editor(p).getByRole("heading", { name: "Channel telnet-23" }).waitFor();
  expect.match(file("zone1_profile.toml"), /name = "telnet-23"\nfilter = "port 23"/);
  await keeps("zone1_profile", "telnet-23", before);
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
  await until("it is the first", async () => (await names())[0] === second);
  await p.getByRole("button", { name: "Save order" }).click();
  await p.getByText(/^Saved/).waitFor();
  await until("it stays", async () => (await ask("/profiles/zone1_profile")).channels[0].name === second);
  await p.locator(".channels tbody tr").nth(3).dragTo(p.locator(".channels tbody tr").nth(1));
  await until("it is the second", async () => (await names())[1] === before[3]);
  await p.getByRole("button", { name: "Discard" }).last().click();
});

test("a preview out of the archive, beside what the channel counts", async () => {
  const p = await open("dns");
  await p.getByRole("button", { name: "Preview" }).click();
  await until("both graphs", async () => (await p.locator(".preview-pair .small-graph").count()) === 2);
  await p.getByText("dns as it counts now").waitFor();
  await p.getByRole("radio", { name: "last day" }).check({ force: true });
  await p.getByRole("radio", { name: "flows/s" }).check({ force: true });
  await p.locator(".preview-pair", { hasText: /peak .*flows\/s/ }).waitFor();
  await filter(p).fill("prot udp");
  await p.getByRole("button", { name: "Preview" }).click();
  await p.locator(".preview .bad", { hasText: "found 'prot'" }).waitFor();
});

test("the past is filled, with progress", async () => {
  const p = await open("http"); // its filter was widened: of one that takes less the newest steps are replaced only minutes later
  await p.getByRole("button", { name: "Fill the past" }).click();
  await p.locator(".fill").getByText(/^Done/).waitFor({ timeout: 120_000 });
});

test("filling a filter that takes less now says what it waits for, and is cancelled", async () => {
  const p = await open("http");
  await filter(p).fill("src port 80");
  await save(p).click();
  await saved(p);
  // What it waits for comes at the end of these five minutes: they have to last for a while yet.
  while ((Date.now() / 1000) % 300 > 240) await sleep(500);
  await p.getByRole("button", { name: "Fill the past" }).click();
  await p.locator(".fill progress").waitFor();
  const said = p.locator(".fill [role=status]");
  await until("it has counted", async () => /^(Counted|Done)/.test(await said.innerText()), 120);
  if (/^Done/.test(await said.innerText())) return console.log("     it took minutes to count: nothing was left to cancel");
  expect.match(await said.innerText(), /written when the last five minutes are over/);
  await p.locator(".fill").getByRole("button", { name: "Cancel" }).click();
  await p.locator(".fill").getByText(/^Cancelled/).waitFor();
  await p.getByRole("button", { name: "Fill the past" }).waitFor();
});

test("the sources are shown, not edited; what does not exist says so", async () => {
  const p = await page("/profiles?profile=live&channel=netflow-global");
  await editor(p).getByText("above the axis").waitFor();
  for (const name of ["Save", "Add channel", "Delete profile", "Delete channel", "Preview"]) expect.equal(await p.getByRole("button", { name, exact: true }).count(), 0);
  const none = await page("/profiles?profile=zone1_profile&channel=nothing");
  await none.getByText("There is no channel nothing").waitFor();
  await none.getByRole("button", { name: "Close" }).click();
  await none.getByText("There is no channel nothing").waitFor({ state: "detached" });
  const nowhere = await page("/profiles?profile=nowhere");
  await nowhere.getByText("There is no profile nowhere").waitFor();
});

test("a channel and a profile are deleted after a question", async () => {
  const p = await open("more", {}, "tried");
  await p.getByRole("button", { name: "Delete channel" }).click();
  const dialog = p.getByRole("dialog", { name: "Delete channel more?" });
  await axe(p, "dialog");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await until("it closes", async () => (await p.locator("dialog[open]").count()) === 0);
  await p.getByRole("button", { name: "Delete channel" }).click();
  await dialog.getByRole("button", { name: "Delete" }).click();
  await until("it is gone", async () => (await ask("/profiles/tried")).channels.length === 1);
  await p.getByRole("button", { name: "Delete profile" }).click();
  await p.getByRole("dialog", { name: "Delete profile tried?" }).getByRole("button", { name: "Delete" }).click();
  await until("it is gone", async () => !(await ask("/profiles")).some((profile) => profile.name === "tried"));
  await until("another is shown", async () => (await query(p)).get("profile") === null);
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
