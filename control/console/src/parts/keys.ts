// SPDX-License-Identifier: Apache-2.0
// Keys that do something, and the list of them that `?` shows. They rest while a text is written or a dialog is open, and can be turned off
// for those whose speech input types letters (WCAG 2.1.4).
import { useEffect, useRef } from "preact/hooks";
import { Shared } from "../shared";

export interface Key {
  keys: string[]; // as KeyboardEvent.key gives them, "Shift+ArrowLeft" with Shift for keys that are no letter
  text: string; // what it does
  run: (event: KeyboardEvent) => void;
}
export interface KeyGroup {
  title: string;
  keys: Key[];
}

export const groups = new Shared<{ current: KeyGroup }[]>([]);
export const keysOn = new Shared(stored() !== "off");

function stored(): string | null {
  try {
    return localStorage.getItem("keys");
  } catch {
    return null; // the browser keeps nothing for us
  }
}

export function turnKeys(on: boolean): void {
  keysOn.set(on);
  try {
    localStorage.setItem("keys", on ? "on" : "off");
  } catch {
    // for this page only, then
  }
}

export function useKeys(title: string, keys: Key[]): void {
  const group = useRef<KeyGroup>({ title, keys });
  group.current = { title, keys };
  useEffect(() => {
    groups.set([...groups.get(), group]);
    return () => groups.set(groups.get().filter((one) => one !== group));
  }, []);
}

function writes(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && !["radio", "checkbox", "button"].includes(target.type);
}

// Arrows and Enter belong to what has the focus, where it knows them.
function ownKey(event: KeyboardEvent): boolean {
  const target = event.target;
  if (!(target instanceof HTMLElement)) return false;
  if (event.key.startsWith("Arrow")) return target instanceof HTMLInputElement || target.closest(".table-box, [role=listbox]") !== null;
  return (event.key === "Enter" || event.key === " ") && target.closest("button, a, input, summary") !== null;
}

export function name(event: KeyboardEvent): string {
  return event.shiftKey && event.key.length > 1 ? `Shift+${event.key}` : event.key;
}

export function listenForKeys(): void {
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (writes(event.target) || ownKey(event) || document.querySelector("dialog[open]") !== null) return;
    if (!keysOn.get() && event.key !== "?") return;
    const pressed = name(event);
    // The group that came last is the nearest: a page before the frame.
    for (const group of [...groups.get()].reverse()) {
      const key = group.current.keys.find((one) => one.keys.includes(pressed));
      if (key === undefined) continue;
      event.preventDefault();
      key.run(event);
      return;
    }
  });
}
