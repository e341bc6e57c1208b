// SPDX-License-Identifier: Apache-2.0
// What the Profile page shows, as it stands in the address; whatever is not there is the default. The drill-down's part begins with "q".
import { go } from "../../address";
import type { TrafficClass, Unit } from "../../api_types";
import type { Span } from "../../chart/view";
import { classOf, unitOf } from "../../parts/figure";

export interface State {
  profile: string | null;
  window: { span_s: number } | Span; // the last so many seconds, or a fixed window
  unit: Unit;
  class: TrafficClass;
  lines: boolean;
  log: boolean;
  off: ReadonlySet<string>; // channels that are not drawn
  slot: number | null; // beginning of the slot under the cursor
  mark: Span | null; // the window that was marked
  sums: boolean; // the table shows sums, not rates
}

const kHour = 3_600;
const kDay = 86_400;
export const spans = [
  { value: "15m", text: "15 min", s: 900 },
  { value: "1h", text: "1 h", s: kHour },
  { value: "6h", text: "6 h", s: 6 * kHour },
  { value: "12h", text: "12 h", s: 12 * kHour },
  { value: "1d", text: "1 d", s: kDay },
  { value: "2d", text: "2 d", s: 2 * kDay },
  { value: "1w", text: "1 w", s: 7 * kDay },
  { value: "2w", text: "2 w", s: 14 * kDay },
  { value: "1mo", text: "1 month", s: 30 * kDay },
  { value: "3mo", text: "3 months", s: 91 * kDay },
  { value: "6mo", text: "6 months", s: 182 * kDay },
  { value: "1y", text: "1 year", s: 365 * kDay },
];
const kLeast_s = 10;
const kMost_s = 10 * 365 * kDay;

function whole(text: string | null | undefined): number | null {
  return text !== null && text !== undefined && /^\d{1,11}$/.test(text) ? Number(text) : null;
}

function spanOf(from: number | null, to: number | null): Span | null {
  if (from === null || to === null || to <= from) return null;
  return { from_s: from, to_s: Math.min(to, from + kMost_s) };
}

export function read(query: URLSearchParams): State {
  const [left, right] = (query.get("mark") ?? "").split("-");
  return {
    profile: query.get("profile"),
    window: spanOf(whole(query.get("from")), whole(query.get("to"))) ?? {
      span_s: spans.find((one) => one.value === query.get("span"))?.s ?? spans[0]!.s,
    },
    unit: unitOf(query),
    class: classOf(query),
    lines: query.get("draw") === "lines",
    log: query.get("scale") === "log",
    off: new Set((query.get("off") ?? "").split(",").filter(Boolean)),
    slot: whole(query.get("slot")),
    mark: spanOf(whole(left), whole(right)),
    sums: query.get("table") === "sum",
  };
}

export function width(window: State["window"]): number {
  return "span_s" in window ? window.span_s : window.to_s - window.from_s;
}

export function fixed(window: State["window"], now_s: number): Span {
  return "span_s" in window ? { from_s: now_s - window.span_s, to_s: now_s } : window;
}

export function showSpan(span_s: number): void {
  const known = spans.find((one) => one.s >= span_s) ?? spans[spans.length - 1]!;
  go({ span: known === spans[0] ? null : known.value, from: null, to: null });
}

// A window that would end in the future ends now.
export function showWindow(span: Span, now_s: number): void {
  const size = Math.round(Math.max(kLeast_s, Math.min(kMost_s, span.to_s - span.from_s)));
  const to = Math.min(Math.round(span.to_s), now_s);
  go({ span: null, from: String(to - size), to: String(to) });
}

export function shift(window: State["window"], by: -1 | 1, now_s: number): void {
  const size = width(window);
  if ("span_s" in window && by > 0) return; // its end is now already
  const { from_s, to_s } = fixed(window, now_s);
  // What would reach now, and is a span that we know, moves again.
  if (by > 0 && to_s + size >= now_s && spans.some((one) => one.s === size)) return showSpan(size);
  showWindow({ from_s: from_s + by * size, to_s: to_s + by * size }, now_s);
}

export function zoom(state: State, inwards: boolean, now_s: number): void {
  const at = spans.findIndex((one) => one.s === width(state.window));
  if ("span_s" in state.window && state.mark === null && state.slot === null) {
    const next = spans[at + (inwards ? -1 : 1)];
    if (next !== undefined) showSpan(next.s);
    return;
  }
  const { from_s, to_s } = fixed(state.window, now_s);
  const middle = state.mark ? (state.mark.from_s + state.mark.to_s) / 2 : (state.slot ?? (from_s + to_s) / 2);
  const half = ((to_s - from_s) * (inwards ? 0.5 : 2)) / 2;
  showWindow({ from_s: middle - half, to_s: middle + half }, now_s);
}

export function showSlot(at_s: number | null): void {
  go({ slot: at_s === null ? null : String(at_s), mark: null });
}

export function showMark(span: Span | null): void {
  go({ mark: span === null ? null : `${span.from_s}-${span.to_s}`, slot: null });
}

export function toggle(state: State, channels: string[]): void {
  const off = new Set(state.off);
  for (const channel of channels) if (!off.delete(channel)) off.add(channel);
  go({ off: [...off].join(",") });
}
