// SPDX-License-Identifier: Apache-2.0
// TLS and users: in and out, what a viewer may see, a session that ends while a page is open.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { axe, command, config, end, expect, fits, flows, listensAt, page, screenshot, start, test, until, work } from "./harness.mjs";

const at = (name) => path.join(work, name);
const made = spawnSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost",
  "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", at("tls.key"), "-out", at("tls.crt")], { encoding: "utf8" });
expect.equal(made.status, 0, made.stderr);
const here = { certificate: at("tls.crt"), key: at("tls.key"), users: at("users") };
writeFileSync(config, Object.entries(here).reduce((text, [name, value]) => text.replace(new RegExp(`^#?${name} = "[^"]*"`, "m"), `${name} = "${value}"`), readFileSync(config, "utf8").replace(`listen = "127.0.0.1:8080"`, `listen = "127.0.0.1:8443"`)));
function setUser(name, password, role) {
  const done = spawnSync(process.env.TEST_COMMAND, ["passwd", name, "--config", config, "--role", role, "--stdin"], { input: `${password}\n`, encoding: "utf8" });
  expect.equal(done.status, 0, done.stderr);
}
const words = { ann: "a long enough password", vic: "another one, for looking" };
setUser("ann", words.ann, "admin");
setUser("vic", words.vic, "viewer");
listensAt("https://127.0.0.1:8443");
await start();
flows();

const dialog = (p) => p.getByRole("dialog", { name: "Log in" });
const refused = { expects: /status of 401|Failed to load resource/ };
async function logIn(p, user, password = words[user]) {
  await dialog(p).getByLabel("User").fill(user);
  await dialog(p).getByLabel("Password").fill(password);
  await p.keyboard.press("Enter");
}
async function enter(where, user, options = {}) {
  const p = await page(where, { ...refused, ...options });
  await logIn(p, user);
  await dialog(p).waitFor({ state: "detached" });
  return p;
}

test("nothing is shown before the login; a wrong password is told; the right one goes in to the page that was asked for", async () => {
  const p = await page("/?profile=zone1_profile&unit=flows", refused);
  await dialog(p).waitFor();
  expect.equal(await p.locator(".chart").count(), 0);
  expect.ok(await dialog(p).getByLabel("User").evaluate((field) => field === document.activeElement), "the focus is where one types");
  await screenshot(p, "login-light");
  await axe(p);
  await p.keyboard.press("Escape");
  await p.keyboard.press("Escape");
  await until("Escape does not close it", () => dialog(p).isVisible());
  await logIn(p, "ann", "wrong password");
  await dialog(p).getByText("user or password is wrong").waitFor();
  expect.equal(await dialog(p).getByLabel("Password").inputValue(), "");
  await screenshot(p, "login-wrong-light");
  await axe(p);
  await logIn(p, "ann");
  await p.locator(".chart canvas").waitFor();
  expect.match(await p.locator("figcaption").innerText(), /^flows\/s/);
  await p.locator(".connection.live").waitFor();
  await p.getByText("ann", { exact: true }).waitFor();
  await p.getByRole("link", { name: "Edit", exact: true }).waitFor();
});

test("somebody who is no user is told the same as for a wrong password", async () => {
  const p = await page("/", refused);
  await logIn(p, "nobody", "wrong password");
  await dialog(p).getByText("user or password is wrong").waitFor();
});

test("a viewer sees everything and no control that edits", async () => {
  const p = await enter("/?profile=zone1_profile", "vic");
  await p.locator(".chart canvas").waitFor();
  await p.getByText("viewer", { exact: true }).waitFor();
  await p.locator(".totals tbody tr").first().waitFor();
  expect.equal(await p.getByRole("link", { name: "Edit", exact: true }).count(), 0);
  await axe(p);
  await screenshot(p, "viewer-light");
  await p.getByRole("button", { name: "Busiest services" }).click();
  await p.locator(".drill-answer[aria-busy=false]").waitFor();
  await p.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Profiles" }).click();
  await p.getByText("You may look, not change: log in as an admin to edit.").waitFor();
  for (const name of [/^New/, /^Add/, /^Save/, /^Delete/, /^Rename/]) expect.equal(await p.getByRole("button", { name }).count(), 0, String(name));
});

test("logging out leaves nothing of the page, and the address as it was", async () => {
  const p = await enter("/overview", "ann");
  await p.getByRole("heading", { level: 1 }).waitFor();
  await p.getByRole("button", { name: "Log out" }).click();
  await dialog(p).waitFor();
  expect.equal(await p.getByRole("heading", { level: 1 }).count(), 0);
  expect.equal(new URL(p.url()).pathname, "/overview");
  await p.reload();
  await dialog(p).waitFor();
});

test("a session that ends while a page is open asks for the login above it; then the page goes on, with what was typed", async () => {
  const p = await enter("/?profile=live", "ann");
  await p.locator(".connection.live").waitFor();
  const filter = p.getByRole("textbox", { name: "Filter", exact: true });
  await filter.fill("proto udp and port 53");
  await p.evaluate(() => (document.querySelector("main").dataset.same = "yes"));
  words.ann = "changed in the meantime";
  setUser("ann", words.ann, "admin");
  command("reload", "--config", config);
  await dialog(p).getByText("Your session has ended.").waitFor();
  await p.getByText("Not logged in").waitFor();
  await axe(p);
  await screenshot(p, "login-ended-light");
  await logIn(p, "ann");
  await dialog(p).waitFor({ state: "detached" });
  await p.locator(".connection.live").waitFor();
  expect.equal(await filter.inputValue(), "proto udp and port 53");
  expect.equal(await p.locator("main").getAttribute("data-same"), "yes");
  const seen = new Set();
  await until("the edge moves again", async () => seen.add(await p.locator(".readout-time").innerText()).size >= 3);
  await p.locator(".totals .stale").waitFor({ state: "detached" });
  await filter.press("Enter");
  await p.locator(".drill-answer[aria-busy=false]").waitFor();
});

test("dark, and on a phone", async () => {
  const dark = await page("/", { theme: "dark", ...refused });
  await dialog(dark).waitFor();
  await axe(dark);
  await screenshot(dark, "login-dark");
  const phone = await page("/", { theme: "dark", width: 390, ...refused });
  await dialog(phone).waitFor();
  await fits(phone);
  await axe(phone);
  await screenshot(phone, "login-phone-dark");
  await logIn(phone, "vic");
  await phone.locator(".chart canvas").waitFor();
  await fits(phone);
  await axe(phone);
  await screenshot(phone, "viewer-phone-dark");
});

await end();
