// SPDX-License-Identifier: Apache-2.0
// Files made in the browser.
import type { Result } from "../api_types";

export function saveAs(text: string, name: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

// RFC 4180. A text that a spreadsheet would take for a formula gets an apostrophe before it: names come from the network.
function cell(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function csv(result: Result): string {
  const lines = [result.columns.map((column) => column.name), ...result.rows];
  return lines.map((line) => line.map(cell).join(",")).join("\r\n") + "\r\n";
}

export function json(result: Result): string {
  return JSON.stringify(result.rows.map((row) => Object.fromEntries(result.columns.map((column, n) => [column.name, row[n] ?? null]))), null, 1) + "\n";
}
