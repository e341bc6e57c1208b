// SPDX-License-Identifier: Apache-2.0
// What was typed and not saved yet. It stays while one looks at other profiles and pages of the console; the browser warns before it is lost.
// A draft knows what it was begun from, so that a save sends only what was changed, and another editor's changes are told from ours.
import { Shared, useShared } from "../../shared";

export type Fields = Record<string, string | string[]>;

export interface Draft {
  base: Fields; // what was there when the change was begun
  mine: Fields;
}

export const drafts = new Shared<ReadonlyMap<string, Draft>>(new Map());

export const profileKey = (profile: string) => `profile:${profile}`;
export const orderKey = (profile: string) => `order:${profile}`;
export const channelKey = (profile: string, channel: string) => `channel:${profile}/${channel}`; // "": a new one

export function same(a: Fields[string] | undefined, b: Fields[string] | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

export function changesOf(draft: Draft): Fields {
  return Object.fromEntries(Object.entries(draft.mine).filter(([name, value]) => !same(value, draft.base[name])));
}

function put(key: string, draft: Draft | undefined): void {
  const next = new Map(drafts.get());
  if (draft === undefined || Object.keys(changesOf(draft)).length === 0) next.delete(key);
  else next.set(key, draft);
  drafts.set(next);
}

// `now`: what is there, which a first change begins from.
export function edit(key: string, now: Fields, change: Fields): void {
  const draft = drafts.get().get(key) ?? { base: now, mine: now };
  put(key, { base: draft.base, mine: { ...draft.mine, ...change } });
}

export function discard(key: string): void {
  put(key, undefined);
}

// After a rename: what else was typed for the profile goes along.
export function renamed(from: string, to: string): void {
  const next = new Map<string, Draft>();
  for (const [key, draft] of drafts.get()) next.set(key.replace(`channel:${from}/`, `channel:${to}/`).replace(new RegExp(`^order:${from}$`), `order:${to}`), draft);
  drafts.set(next);
}

export function useDraft(key: string, now: Fields): { fields: Fields; draft: Draft | undefined } {
  const draft = useShared(drafts).get(key);
  return { fields: draft?.mine ?? now, draft };
}

function isOf(key: string, profile: string): boolean {
  return key === profileKey(profile) || key === orderKey(profile) || key.startsWith(channelKey(profile, ""));
}

export function unsavedOf(all: ReadonlyMap<string, Draft>, profile: string): boolean {
  return [...all.keys()].some((key) => isOf(key, profile));
}

// With a profile goes what was typed for its channels.
export function discardOf(profile: string): void {
  drafts.set(new Map([...drafts.get()].filter(([key]) => !isOf(key, profile))));
}

export interface Clash {
  name: string;
  base: Fields[string] | undefined;
  theirs: Fields[string] | undefined;
  mine: Fields[string] | undefined;
}

// Fields that both changed, and not to the same.
export function clashes(draft: Draft, theirs: Fields): Clash[] {
  return Object.entries(changesOf(draft)).flatMap(([name, mine]) =>
    same(theirs[name], draft.base[name]) || same(theirs[name], mine) ? [] : [{ name, base: draft.base[name], theirs: theirs[name], mine }],
  );
}

// The draft upon what is there now: `keep` names the fields of which ours stay, of the others theirs.
export function settle(key: string, theirs: Fields, keep: Set<string>): void {
  const draft = drafts.get().get(key);
  if (draft === undefined) return;
  const mine = Object.fromEntries(Object.entries(changesOf(draft)).filter(([name]) => keep.has(name)));
  put(key, { base: theirs, mine: { ...theirs, ...mine } });
}

addEventListener("beforeunload", (event) => {
  if (drafts.get().size > 0) event.preventDefault();
});
