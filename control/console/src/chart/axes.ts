// SPDX-License-Identifier: Apache-2.0
// Scales of a graph: where its lines stand and what is written at them. Times are UTC, numbers scaled by 1000. A logarithmic axis goes both
// ways from zero, over kDecades powers of ten, so that channels below the axis can be drawn, too.
import { scale } from "../parts/format";
import * as time from "../parts/time";

const kDecades = 5;
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const kDay = 86_400;
const spans = [1, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, kDay, 2 * kDay, 4 * kDay, 7 * kDay, 14 * kDay];

export interface Heights {
  up: number; // the highest value above the axis
  down: number; // the lowest below, as a positive number
}

// The next "round" number, in steps small enough to use the room and large enough not to move each second.
export function roof(value: number): number {
  if (!(value > 0)) return 0;
  const power = 10 ** Math.floor(Math.log10(value));
  const steps = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];
  return power * (steps.find((step) => step * power >= value * 1.03) ?? 12);
}

// Of a logarithmic axis: what is below is drawn as zero.
export function floor(heights: Heights): number {
  const most = Math.max(heights.up, heights.down);
  return most > 0 ? 10 ** (Math.ceil(Math.log10(most)) - kDecades) : 1;
}

export function logarithm(value: number, low: number): number {
  const size = Math.abs(value);
  return size <= low ? 0 : Math.sign(value) * Math.log10(size / low);
}

export function limits(heights: Heights, log: boolean): [number, number] {
  if (heights.up <= 0 && heights.down <= 0) return [0, 1];
  if (!log) return [-roof(heights.down), roof(heights.up)];
  const low = floor(heights);
  return [-Math.ceil(Math.max(0, logarithm(heights.down, low))), Math.ceil(Math.max(0, logarithm(heights.up, low)))];
}

// Lines of the value axis, in the axis' own measure.
export function valueLines(min: number, max: number, height_px: number, log: boolean): number[] {
  if (log) return Array.from({ length: max - min + 1 }, (_, i) => min + i);
  const about = (max - min) / Math.max(2, height_px / 44);
  const power = 10 ** Math.floor(Math.log10(about));
  const step = power * ([1, 2, 2.5, 5, 10].find((n) => n * power >= about) ?? 10);
  const lines = [];
  for (let i = Math.ceil(min / step - 1e-9); i * step <= max * (1 + 1e-9) + 1e-9; i += 1) lines.push(i * step);
  return lines;
}

export function valueText(line: number, low: number, log: boolean): string {
  if (line === 0) return "0";
  const { digits, prefix } = scale(Math.abs(log ? low * 10 ** Math.abs(line) : line));
  const short = digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits;
  return prefix === "" ? short : `${short}\u00a0${prefix}`;
}

function monthLines(from_s: number, to_s: number, every: number): number[] {
  const first = new Date(from_s * 1000);
  const lines = [];
  for (let month = 0; month < 600; month += 1) {
    const n = first.getUTCMonth() + month;
    const at = Date.UTC(first.getUTCFullYear(), n, 1) / 1000;
    if (at > to_s) break;
    if (at >= from_s && n % every === 0) lines.push(at);
  }
  return lines;
}

export function timeLines(from_s: number, to_s: number, width_px: number): number[] {
  const about = ((to_s - from_s) / Math.max(1, width_px)) * 76;
  const step = spans.find((one) => one >= about);
  if (step === undefined) return monthLines(from_s, to_s, about > 62 * kDay ? 3 : about > 32 * kDay ? 2 : 1);
  // Weeks begin on Mondays: 1970 began on a Thursday.
  const shift = step >= 7 * kDay ? 4 * kDay : 0;
  const lines = [];
  for (let at = Math.ceil((from_s - shift) / step) * step + shift; at <= to_s; at += step) lines.push(at);
  return lines;
}

// Under the first one and where the day changes stands the day.
export function timeTexts(lines: number[]): string[] {
  const step = lines.length > 1 ? lines[1]! - lines[0]! : 60;
  return lines.map((at, i) => {
    const d = new Date(at * 1000);
    const day = `${months[d.getUTCMonth()]} ${d.getUTCDate()}`;
    if (step >= 27 * kDay) return `${months[d.getUTCMonth()]}\n${d.getUTCFullYear()}`;
    if (step >= kDay) return i === 0 || (d.getUTCMonth() === 0 && d.getUTCDate() <= step / kDay) ? `${day}\n${d.getUTCFullYear()}` : day;
    const changed = i === 0 || time.date(at) !== time.date(lines[i - 1]!);
    return time.clock(at, step < 60) + (changed ? `\n${day}` : "");
  });
}
