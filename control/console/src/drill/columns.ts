// SPDX-License-Identifier: Apache-2.0
// Which columns of an answer are worth their room, and in which order: those in which something stands; of a statistic the value and the figure
// that it is ordered by before all others, times last. The rest is in the details of a row.
import type { Result } from "../api_types";

const always = new Set(["first", "duration_ms", "value", "proto", "src_addr", "dst_addr", "src_port", "dst_port", "flows", "packets", "bytes"]);
const times = new Set(["time_ms", "duration_ms"]);

function says(value: string | number | null | undefined): boolean {
  return value !== null && value !== undefined && value !== "" && value !== 0;
}

function rank(result: Result, column: number, orderedBy: string): number {
  const { name, unit } = result.columns[column]!;
  if (times.has(unit)) return 3;
  if (name === orderedBy || (unit === "ratio" && result.columns[column - 1]?.name === orderedBy)) return 1;
  return name === "value" || !["flows", "packets", "bytes", "ratio", "bits_per_second", "packets_per_second", "bytes_per_packet"].includes(unit) ? 0 : 2;
}

// `orderedBy` "": the order of the answer, that of a list of flows.
export function columnsOf(result: Result, orderedBy: string): number[] {
  const all = result.columns.map((_, n) => n);
  const some = all.filter((n) => always.has(result.columns[n]!.name) || result.rows.some((row) => says(row[n])));
  return orderedBy === "" ? some : some.sort((a, b) => rank(result, a, orderedBy) - rank(result, b, orderedBy) || a - b);
}
