// SPDX-License-Identifier: Apache-2.0
// Values of a result as people read them, and how they compare.
import type { ResultColumn } from "../api_types";
import { full, scaled } from "../parts/format";
import { local } from "../parts/time";
import { portName } from "./names";

export type Value = string | number | null;
type Unit = ResultColumn["unit"];

const counted: Partial<Record<Unit, string>> = {
  bytes: "B",
  packets: "",
  flows: "",
  bits_per_second: "bit/s",
  packets_per_second: "/s",
  bytes_per_packet: "B",
};

const exactNames: Partial<Record<Unit, string>> = {
  bytes: "bytes",
  packets: "packets",
  flows: "flows",
  bits_per_second: "bit/s",
  packets_per_second: "packets/s",
  bytes_per_packet: "bytes/packet",
};

// Stands to the right, and may have a bar.
export function isNumber(unit: Unit): boolean {
  return unit in counted || unit === "duration_ms" || unit === "ratio" || unit === "number";
}
// Scaled in the table, its unit in the title of the column.
export function isCounted(unit: Unit): boolean {
  return unit in counted;
}

function two(n: number): string {
  return String(n).padStart(2, "0");
}

export function duration(ms: number): string {
  if (ms < 1000) return `${ms} ms`;
  const s = Math.floor(ms / 1000);
  if (s < 60) return `${(ms / 1000).toFixed(3)} s`;
  return `${Math.floor(s / 3600) > 0 ? `${Math.floor(s / 3600)}:` : ""}${s >= 3600 ? two(Math.floor(s / 60) % 60) : Math.floor(s / 60)}:${two(s % 60)}`;
}

// "2026-11-23" where all times of a column are of one day: it stands in the title then.
export function dayOf(rows: Value[][], column: number): string {
  const days = new Set(rows.map((row) => (typeof row[column] === "number" ? timeText(row[column]).slice(0, 10) : "")));
  return days.size === 1 ? [...days][0]! : "";
}

export function timeText(ms: number): string {
  return new Date(ms).toISOString().replace("T", " ").replace("Z", "");
}

export function shown(value: Value, unit: Unit): string {
  if (value === null) return "";
  if (typeof value === "string") return value;
  const suffix = counted[unit];
  if (suffix !== undefined) return scaled(value, suffix);
  if (unit === "time_ms") return timeText(value);
  if (unit === "duration_ms") return duration(value);
  if (unit === "ratio") return `${(value * 100).toFixed(1)} %`;
  return String(value);
}

// What stands small beside it.
export function beside(value: Value, unit: Unit): string {
  return unit === "port" && typeof value === "number" ? portName(value) : "";
}

// The whole figure, where the cell has a rounded one.
export function exact(value: Value, unit: Unit): string | undefined {
  if (typeof value !== "number") return undefined;
  if (unit in counted) return full(value, exactNames[unit] ?? "");
  if (unit === "time_ms") return local(value / 1000);
  if (unit === "duration_ms") return full(value, "ms");
  return undefined;
}

// So that addresses compare as numbers: 10.0.0.2 before 10.0.0.10, IPv4 before IPv6.
export function addressKey(text: string): string {
  const bare = text.split("/")[0]!;
  if (!bare.includes(":")) return `4${bare.split(".").map((part) => part.padStart(3, "0")).join("")}`;
  const [head = "", tail] = bare.split("::");
  const groups = (part: string) => (part === "" ? [] : part.split(":"));
  const left = groups(head);
  const right = groups(tail ?? "");
  const middle = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  return `6${[...left, ...Array<string>(middle).fill("0"), ...right].map((part) => part.padStart(4, "0")).join("")}`;
}

// What is missing comes last, whichever way.
export function sorted(rows: Value[][], at: number, unit: Unit, ascending: boolean): number[] {
  const keys = rows.map((row) => {
    const value = row[at] ?? null;
    return unit === "address" && typeof value === "string" ? addressKey(value) : value;
  });
  const sign = ascending ? 1 : -1;
  return rows
    .map((_, n) => n)
    .sort((a, b) => {
      const x = keys[a]!;
      const y = keys[b]!;
      if (x === null || y === null) return x === y ? a - b : x === null ? 1 : -1;
      const order = typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y), "en", { numeric: true });
      return order === 0 ? a - b : sign * order;
    });
}
