// SPDX-License-Identifier: Apache-2.0
// Times are UTC; the reader's own zone stands in the hover.

const two = (n: number) => String(n).padStart(2, "0");

export function date(at_s: number): string {
  const d = new Date(at_s * 1000);
  return `${d.getUTCFullYear()}-${two(d.getUTCMonth() + 1)}-${two(d.getUTCDate())}`;
}

export function clock(at_s: number, seconds = true): string {
  const d = new Date(at_s * 1000);
  return `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}${seconds ? `:${two(d.getUTCSeconds())}` : ""}`;
}

// "2026-11-23 19:31:10"; without seconds where they are 0 and nobody asked.
export function stamp(at_s: number, seconds = true): string {
  return `${date(at_s)} ${clock(at_s, seconds)}`;
}

// "2026-11-23 19:31:10 – 19:31:20", the day twice only where it changes.
export function span(from_s: number, to_s: number): string {
  const seconds = from_s % 60 !== 0 || to_s % 60 !== 0;
  const end = date(from_s) === date(to_s) ? clock(to_s, seconds) : stamp(to_s, seconds);
  return `${stamp(from_s, seconds)} – ${end}`;
}

const zone = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });

export function local(at_s: number): string {
  return zone.format(at_s * 1000);
}

// "3 s", "12 min", "5 h", "2 d": two figures at most.
export function duration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 100) return `${s}\u00a0s`;
  if (s < 6_000) return `${Math.round(s / 60)}\u00a0min`;
  if (s < 172_800) return `${Math.round(s / 3_600)}\u00a0h`;
  return `${Math.round(s / 86_400)}\u00a0d`;
}

// "2026-11-23T19:31", "2026-11-23 19:31:10", all UTC, or seconds since 1970; undefined: none of these.
export function parse(text: string): number | undefined {
  const trimmed = text.trim();
  if (/^\d{9,11}$/.test(trimmed)) return Number(trimmed);
  const parts = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?)?Z?$/.exec(trimmed);
  if (parts === null) return undefined;
  const [year, month, day, hour, minute, second] = parts.slice(1).map((part) => Number(part ?? 0));
  const at = Date.UTC(year!, month! - 1, day!, hour!, minute!, second!);
  return Number.isNaN(at) || new Date(at).getUTCDate() !== day ? undefined : at / 1000;
}
