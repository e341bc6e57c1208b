// SPDX-License-Identifier: Apache-2.0
// A filter's text in coloured pieces. What was checked may be older than the text: what both begin and end with keeps its colours.
import type { FilterCheck, TokenKind } from "../api_types";

export interface Checked {
  text: string;
  check: FilterCheck;
}
export interface Piece {
  text: string;
  kind: TokenKind | "";
  fault: boolean; // the parser's objection is to this
}

interface Range {
  offset: number;
  length: number;
}

// Where `range` of the old text stands in the new one; null: it was changed.
function moved(range: Range, before: string, now: string): Range | null {
  const most = Math.min(before.length, now.length);
  let head = 0;
  while (head < most && before[head] === now[head]) head += 1;
  let tail = 0;
  while (tail < most - head && before[before.length - 1 - tail] === now[now.length - 1 - tail]) tail += 1;
  if (range.offset + range.length <= head) return range;
  if (range.offset >= before.length - tail) return { offset: range.offset + now.length - before.length, length: range.length };
  return null;
}

export function faultOf(text: string, checked: Checked | null): Range | null {
  const position = checked?.check.position;
  if (!checked || checked.check.ok || !position) return null;
  return checked.text === text ? position : null;
}

export function pieces(text: string, checked: Checked | null): Piece[] {
  const fault = faultOf(text, checked);
  const tokens = (checked?.check.tokens ?? [])
    .map((token) => ({ at: checked!.text === text ? token : moved(token, checked!.text, text), kind: token.kind }))
    .filter((token): token is { at: Range & { kind: TokenKind }; kind: TokenKind } => token.at !== null)
    .sort((a, b) => a.at.offset - b.at.offset);
  const cuts = new Set([0, text.length]);
  for (const { at } of tokens) cuts.add(at.offset).add(at.offset + at.length);
  if (fault) cuts.add(fault.offset).add(Math.min(text.length, fault.offset + fault.length));
  const edges = [...cuts].filter((cut) => cut <= text.length).sort((a, b) => a - b);
  const out: Piece[] = [];
  for (let i = 0; i + 1 < edges.length; i += 1) {
    const from = edges[i]!;
    const inside = (range: Range) => from >= range.offset && from < range.offset + range.length;
    const token = tokens.find(({ at }) => inside(at));
    out.push({ text: text.slice(from, edges[i + 1]), kind: token?.kind ?? "", fault: fault !== null && inside(fault) });
  }
  // Something is missing at the end: the mark stands behind the last letter.
  if (fault && fault.offset >= text.length) out.push({ text: "\u2002", kind: "", fault: true });
  return out;
}
