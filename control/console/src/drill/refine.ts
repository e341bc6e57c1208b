// SPDX-License-Identifier: Apache-2.0
// A filter made narrower by a value that somebody clicked on.

export type Refinement = "and" | "and not" | "only";

// `text`: the value as the filter's language writes it, quoted where it has to be. null: it cannot be said (no quotes are left).
export function term(template: string, value: string | number, isText: boolean): string | null {
  const text = String(value);
  const hole = /(['"]?)\{\}\1/;
  const mark = hole.exec(template)?.[1];
  if (mark === undefined) return template;
  if (!isText && mark === "") return template.replace(hole, () => text);
  const quote = ["'", '"'].find((q) => !text.includes(q));
  if (quote === undefined || /[\r\n]/.test(text)) return null;
  return template.replace(hole, () => quote + text + quote);
}

// Comments run to the end of their line: what is put behind begins another.
function bracketed(filter: string): string {
  return filter.includes("#") ? `(${filter}\n)` : `(${filter})`;
}

// Outside of quotes and brackets.
function hasOr(filter: string): boolean {
  const bare = filter.replace(/'[^'\n]*'|"[^"\n]*"/g, "''").replace(/\[[^\]]*\]/g, "[]");
  let depth = 0;
  for (const [word] of bare.matchAll(/[()]|\|\||[^\s()|]+/g)) {
    if (word === "(") depth += 1;
    else if (word === ")") depth -= 1;
    else if (depth === 0 && (word === "||" || word.toLowerCase() === "or")) return true;
  }
  return false;
}

export function refine(filter: string, by: string, how: Refinement): string {
  const old = filter.trim();
  const added = how === "and not" ? `not ${hasOr(by) ? `(${by})` : by}` : hasOr(by) && how === "and" ? `(${by})` : by;
  if (how === "only" || old === "" || old.toLowerCase() === "any") return how === "only" ? by : added;
  if (old === added || old.endsWith(` and ${added}`)) return old;
  return `${hasOr(old) || old.includes("#") ? bracketed(old) : old} and ${added}`;
}
