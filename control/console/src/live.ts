// SPDX-License-Identifier: Apache-2.0
// The daemon's event stream: one connection for the whole application, however many parts listen. It asks for the rows of the profiles
// that somebody listens to, comes back by itself after a loss, ever more rarely (at once when the page or the network comes back).
import { useEffect, useRef } from "preact/hooks";
import type { Fill, Second, Trouble } from "./api_types";
import { address } from "./api";
import { Shared } from "./shared";

export interface Connection {
  state: "connecting" | "live" | "stale" | "lost";
  since_ms: number; // of the browser's clock
  retry_ms: number; // when the next try is made; 0: one is under way, or none is needed
  times: number; // how often there has been a connection: who keeps data asks anew when it grows
}

export const connection = new Shared<Connection>({ state: "connecting", since_ms: Date.now(), retry_ms: 0, times: 0 });
export const troubles = new Shared<Trouble[]>([]);
export const generation = new Shared(0); // of the configuration; 0: not told yet
export const latest = new Shared<Second | null>(null);

const kStale_ms = 4_000; // a second's event is due each second
const kSilent_ms = 15_000; // then the line is taken for dead
const kLongestWait_ms = 15_000;

interface Listener {
  profiles: string[];
  take: (second: Second) => void;
}
const listeners = new Set<Listener>();
const fillListeners = new Set<(fill: Fill) => void>();

const kRecent = 30;
let recent: Second[] = []; // of the present stream

let stream: EventSource | null = null;
let asked = ""; // profiles of `stream`
let failures = 0;
let heard_ms = 0;
let retry: ReturnType<typeof setTimeout> | undefined;
let change: ReturnType<typeof setTimeout> | undefined;
let begun = false;
let watching = false;
let ahead_ms = 0; // the daemon's clock before the browser's

// The daemon's clock, which all windows of time refer to.
export function now_ms(): number {
  return Date.now() + ahead_ms;
}

export function now_s(): number {
  return Math.floor(now_ms() / 1000);
}

function state(to: Connection["state"], more: Partial<Connection> = {}): void {
  const was = connection.get();
  connection.set({ ...was, since_ms: was.state === to ? was.since_ms : Date.now(), retry_ms: 0, ...more, state: to });
}

function wanted(): string {
  return [...new Set([...listeners].flatMap((listener) => listener.profiles))].sort().join(",");
}

function parse<T>(event: Event): T | undefined {
  try {
    return JSON.parse((event as MessageEvent<string>).data) as T;
  } catch {
    return undefined; // half an event of a connection that broke
  }
}

function heard(): void {
  heard_ms = Date.now();
  if (connection.get().state === "stale") state("live");
}

function tellSecond(second: Second): void {
  const ahead = second.now_ms - Date.now();
  // Delays only make it smaller; a jump of either clock is taken over.
  ahead_ms = ahead > ahead_ms || ahead_ms - ahead > 2_000 || latest.get() === null ? ahead : ahead_ms;
  latest.set(second);
  recent = [...recent.slice(1 - kRecent), second];
  // A stream that was opened before somebody came does not have all of their rows.
  const told = new Set(asked.split(","));
  for (const listener of [...listeners]) if (listener.profiles.every((profile) => told.has(profile))) listener.take(second);
}

function open(): void {
  clearTimeout(retry);
  stream?.close();
  asked = wanted();
  recent = [];
  const mine = new EventSource(address("/events", { profile: asked }));
  stream = mine;
  const on = <T>(name: string, take: (value: T) => void) =>
    mine.addEventListener(name, (event) => {
      heard();
      const value = parse<T>(event);
      if (value !== undefined) take(value);
    });
  mine.onopen = () => {
    failures = 0;
    heard_ms = Date.now();
    state("live", { times: connection.get().times + 1 });
  };
  mine.onerror = () => {
    if (mine === stream) lost();
  };
  on<Second>("second", tellSecond);
  on<Trouble[]>("problems", (list) => troubles.set(list));
  on<{ generation: number }>("configuration", (value) => generation.set(value.generation));
  on<Fill>("fill", (fill) => fillListeners.forEach((take) => take(fill)));
}

function lost(): void {
  stream?.close();
  stream = null;
  failures += 1;
  const wait = Math.min(kLongestWait_ms, 500 * 2 ** failures) * (0.75 + Math.random() / 2);
  state("lost", { retry_ms: Date.now() + wait });
  clearTimeout(retry);
  retry = setTimeout(retryNow, wait);
}

export function retryNow(): void {
  if (!begun || stream !== null) return;
  state("lost", { retry_ms: 0 });
  open();
}

function watch(): void {
  if (stream === null) return;
  const silent = Date.now() - heard_ms;
  if (heard_ms > 0 && silent > kSilent_ms) lost();
  else if (heard_ms > 0 && silent > kStale_ms && connection.get().state === "live") state("stale", { since_ms: heard_ms });
}

// Starts the stream. Before, and after end(), nothing is asked.
export function begin(): void {
  if (begun) return;
  begun = true;
  open();
  if (watching) return;
  watching = true;
  setInterval(watch, 1_000);
  addEventListener("online", retryNow);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") retryNow();
  });
}

// Nothing may be read any more: the login has ended. Who logs in again begins anew, and all that is shown is asked again.
export function end(): void {
  begun = false;
  clearTimeout(retry);
  stream?.close();
  stream = null;
  state("connecting");
}

function listenersChanged(): void {
  clearTimeout(change);
  // One page leaves while another comes: only what is still asked for after that counts.
  change = setTimeout(() => {
    const missing = wanted() !== asked && listeners.size > 0;
    if (begun && stream !== null && missing) open();
  }, 50);
}

// The last seconds, where the stream has the rows of this profile: an answer of /series is always a little older than they are.
export function lately(profile: string): Second[] {
  return asked.split(",").includes(profile) ? recent : [];
}

// `take` gets each second, whose rows hold at least those of `profiles`.
export function onSecond(profiles: string[], take: (second: Second) => void): () => void {
  const listener = { profiles, take };
  listeners.add(listener);
  listenersChanged();
  return () => {
    listeners.delete(listener);
    listenersChanged();
  };
}

export function useSecond(profiles: string[], take: (second: Second) => void): void {
  const now = useRef(take);
  now.current = take;
  useEffect(() => onSecond(profiles, (second) => now.current(second)), [profiles.join(",")]);
}

export function onFill(take: (fill: Fill) => void): () => void {
  fillListeners.add(take);
  return () => fillListeners.delete(take);
}
