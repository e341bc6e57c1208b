// SPDX-License-Identifier: Apache-2.0
// Saving against a file that others write too. When it is another by now: changes that do not touch each other are put together, where
// they do, the user chooses. Nothing is sent that would take somebody's change back unseen.
import { ask, Failure } from "../../api";
import type { Channel, Profile } from "../../api_types";
import { renewProfiles } from "../../store";
import { changesOf, clashes, drafts, settle, type Clash, type Fields } from "./drafts";

export const channelFields = (c: Channel): Fields => ({ name: c.name, filter: c.filter, colour: c.colour.toLowerCase(), sign: c.sign, sources: c.sources });
export const profileFields = (p: Profile): Fields => ({ name: p.name, description: p.description, group: p.group });
export const orderFields = (p: Profile): Fields => ({ order: p.channels.map((c) => c.name) });
export const newChannel = (colour: string): Fields => ({ name: "", filter: "", colour, sign: "+", sources: [] });

export interface Task {
  key: string; // of the draft
  profile: string;
  path: string; // below /profiles/{profile}
  method: "POST" | "PATCH" | "DELETE";
  // Of the profile as it is now: the fields that the draft changes; undefined: what it changes is gone.
  now: (profile: Profile) => Fields | undefined;
}

export type Outcome =
  | { kind: "saved"; profile: Profile | undefined; merged: boolean }
  | { kind: "clash"; clashes: Clash[]; theirs: Fields }
  | { kind: "gone"; detail: string }
  | { kind: "failed"; failure: Failure };

const kTries = 3; // others may save between our reading and writing

function where(task: Task): string {
  return `/profiles/${encodeURIComponent(task.profile)}${task.path}`;
}

async function fresh(task: Task): Promise<Profile> {
  return ask<Profile>(`/profiles/${encodeURIComponent(task.profile)}`);
}

// `seen`: the profile as the page shows it, which may be newer than what the draft was begun from.
export async function save(task: Task, seen: Profile): Promise<Outcome> {
  const first = task.method === "DELETE" ? seen.version : put(task, seen);
  if (typeof first !== "string") return first;
  let version = first;
  let merged = false;
  for (let turn = 1; ; ++turn) {
    const draft = drafts.get().get(task.key);
    try {
      const body = task.method === "DELETE" ? undefined : draft === undefined ? {} : changesOf(draft);
      const profile = await ask<Profile | undefined>(where(task), { method: task.method, body, version });
      // The daemon takes it over like a reload: until then the old one would be read.
      await renewProfiles();
      return { kind: "saved", profile, merged };
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure;
      if (failure.status !== 412 || turn === kTries) return failure.status === 404 ? { kind: "gone", detail: failure.problem.detail } : { kind: "failed", failure };
    }
    const next = await meet(task);
    if (typeof next !== "string") return next;
    version = next;
    merged = true;
  }
}

// The draft upon this profile, whose version it then has; or why that needs the user.
function put(task: Task, profile: Profile): string | Outcome {
  const theirs = task.now(profile);
  const draft = drafts.get().get(task.key);
  if (theirs === undefined) return { kind: "gone", detail: "Somebody else deleted it meanwhile." };
  if (task.method === "DELETE" || draft === undefined)
    return { kind: "failed", failure: new Failure(412, { error: "conflict", detail: "Somebody else changed the profile meanwhile: look at it, then try again." }) };
  const both = clashes(draft, theirs);
  if (both.length > 0) return { kind: "clash", clashes: both, theirs };
  settle(task.key, theirs, new Set(Object.keys(changesOf(draft))));
  return profile.version;
}

// Reads what is there now and puts the draft upon it, or says why that needs the user.
async function meet(task: Task): Promise<string | Outcome> {
  try {
    const profile = await fresh(task);
    void renewProfiles();
    return put(task, profile);
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    return failure.status === 404 ? { kind: "gone", detail: failure.problem.detail } : { kind: "failed", failure };
  }
}

export function channelTask(profile: string, channel: string): Task {
  return {
    key: `channel:${profile}/${channel}`,
    profile,
    path: channel === "" ? "/channels" : `/channels/${encodeURIComponent(channel)}`,
    method: channel === "" ? "POST" : "PATCH",
    now: (p) => {
      if (channel === "") return drafts.get().get(`channel:${profile}/`)?.base ?? {};
      const found = p.channels.find((c) => c.name === channel);
      return found && channelFields(found);
    },
  };
}

// Which of these fields a message is about: as the API says, "filter" or "channels[2].filter".
export function fieldOf(failure: Failure, fields: string[]): string | undefined {
  const said = failure.problem.position?.field;
  return fields.find((name) => said === name || said?.endsWith(`.${name}`));
}
