// SPDX-License-Identifier: Apache-2.0
// Which columns of an answer are worth their room: those in which something stands. The rest is in the details of a row.
import type { Result } from "../api_types";

const always = new Set(["first", "duration_ms", "value", "proto", "src_addr", "dst_addr", "src_port", "dst_port", "flows", "packets", "bytes"]);

function says(value: string | number | null | undefined): boolean {
  return value !== null && value !== undefined && value !== "" && value !== 0;
}

export function columnsOf(result: Result): number[] {
  const out: number[] = [];
  result.columns.forEach((column, n) => {
    if (always.has(column.name) || result.rows.some((row) => says(row[n]))) out.push(n);
  });
  return out;
}
