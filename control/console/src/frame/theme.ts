// SPDX-License-Identifier: Apache-2.0
// Light, dark, or as the reader's system has it. The reader's own, so it is not in the address.
import { Shared } from "../shared";

export type Theme = "system" | "light" | "dark";
const kThemes: Theme[] = ["system", "light", "dark"];

export const theme = new Shared<Theme>("system");
export const dark = new Shared(false); // what it comes to

const system = matchMedia("(prefers-color-scheme: dark)");

function apply(): void {
  const chosen = theme.get();
  if (chosen === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
  dark.set(chosen === "system" ? system.matches : chosen === "dark");
}

export function startTheme(): void {
  try {
    theme.set(kThemes.find((one) => one === localStorage.getItem("theme")) ?? "system");
  } catch {
    // the browser keeps nothing for us
  }
  system.addEventListener("change", apply);
  apply();
}

export function nextTheme(): void {
  const next = kThemes[(kThemes.indexOf(theme.get()) + 1) % kThemes.length]!;
  theme.set(next);
  try {
    localStorage.setItem("theme", next);
  } catch {
    // for this page only, then
  }
  apply();
}
