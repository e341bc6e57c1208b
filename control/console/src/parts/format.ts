// SPDX-License-Identifier: Apache-2.0
// Numbers as people of the field read them: scaled by 1000, three digits that count, bits a second and bytes.

const prefixes = ["", "k", "M", "G", "T", "P", "E"];

export interface Scaled {
  digits: string; // "8.12"
  prefix: string; // "M"
}

export function scale(value: number): Scaled {
  const size = Math.abs(value);
  if (!Number.isFinite(value)) return { digits: "–", prefix: "" };
  let power = 0;
  let shown = size;
  while (shown >= 999.5 && power < prefixes.length - 1) {
    shown /= 1000;
    power += 1;
  }
  const whole = power === 0 && Number.isInteger(size);
  const places = whole || shown >= 99.95 ? 0 : shown >= 9.995 ? 1 : 2;
  const sign = value < 0 && shown > 0 ? "−" : "";
  return { digits: sign + shown.toFixed(places), prefix: prefixes[power]! };
}

// "8.12 M", "24.1 Mbit/s", "812 B". `unit` follows the prefix.
export function scaled(value: number | null | undefined, unit = ""): string {
  if (value === null || value === undefined) return "–";
  const { digits, prefix } = scale(value);
  return prefix + unit === "" ? digits : `${digits}\u00a0${prefix}${unit}`;
}

const grouped = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });

// With all digits, for hovers: "8,123,456 bytes".
export function full(value: number | null | undefined, unit = ""): string {
  if (value === null || value === undefined) return "no data";
  return unit === "" ? grouped.format(value) : `${grouped.format(value)} ${unit}`;
}

export function percent(ratio: number | null | undefined): string {
  if (ratio === null || ratio === undefined || !Number.isFinite(ratio)) return "–";
  const value = ratio * 100;
  // What is not quite all never reads as all.
  if (value < 100 && value > 99.99) return "99.99\u00a0%";
  return `${value >= 99.95 || value === 0 ? value.toFixed(0) : value.toFixed(value > 99 ? 2 : 1)}\u00a0%`;
}

// What a unit is called where it is a rate or a sum.
export function unitName(unit: "flows" | "packets" | "bytes", rate: boolean): string {
  if (unit === "bytes") return rate ? "bit/s" : "B";
  return rate ? `${unit}/s` : unit;
}

// A sum of bytes becomes bits where it is a rate.
export function asRate(unit: "flows" | "packets" | "bytes", sum: number, seconds: number): number {
  return ((unit === "bytes" ? 8 : 1) * sum) / Math.max(seconds, 1);
}
