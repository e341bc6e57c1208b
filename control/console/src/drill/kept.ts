// SPDX-License-Identifier: Apache-2.0
// Filters that this reader has used or saved, in this browser. A full or forbidden storage only means that none are kept.

export interface SavedFilter {
  name: string;
  filter: string;
}

const most = { recent: 20, saved: 50 };
const longest = 4000;

function load<T>(name: string, good: (item: unknown) => item is T): T[] {
  try {
    const items: unknown = JSON.parse(localStorage.getItem(name) ?? "[]");
    return Array.isArray(items) ? items.filter(good) : [];
  } catch {
    return [];
  }
}
function store(name: string, items: unknown[]): void {
  try {
    localStorage.setItem(name, JSON.stringify(items));
  } catch {
    // full or forbidden
  }
}
const isText = (item: unknown): item is string => typeof item === "string";
const isSaved = (item: unknown): item is SavedFilter =>
  typeof item === "object" && item !== null && isText((item as SavedFilter).name) && isText((item as SavedFilter).filter);

export function recentFilters(): string[] {
  return load("filters.recent", isText);
}
export function remember(filter: string): void {
  const text = filter.trim();
  if (text === "" || text === "any" || text.length > longest) return;
  store("filters.recent", [text, ...recentFilters().filter((old) => old !== text)].slice(0, most.recent));
}
export function savedFilters(): SavedFilter[] {
  return load("filters.saved", isSaved);
}
export function save(name: string, filter: string): void {
  const others = savedFilters().filter((old) => old.name !== name);
  store("filters.saved", [{ name, filter: filter.slice(0, longest) }, ...others].slice(0, most.saved));
}
export function forget(name: string): void {
  store("filters.saved", savedFilters().filter((old) => old.name !== name));
}
