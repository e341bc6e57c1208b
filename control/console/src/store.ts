// SPDX-License-Identifier: Apache-2.0
// What every page needs: who we are, which profiles there are. Asked at start, when the configuration changed, and when the connection came back.
import type { Profile, Session } from "./api_types";
import { ask, Failure, useToken } from "./api";
import { begin, connection, end, generation } from "./live";
import { Shared, useShared } from "./shared";

export interface Known<T> {
  value: T | undefined;
  failure: Failure | undefined;
}

export const session = new Shared<Known<Session>>({ value: undefined, failure: undefined });
export const profiles = new Shared<Known<Profile[]>>({ value: undefined, failure: undefined });

async function renew<T>(shared: Shared<Known<T>>, path: string): Promise<T | undefined> {
  try {
    const value = await ask<T>(path);
    shared.set({ value, failure: undefined });
    return value;
  } catch (error) {
    const failure = error instanceof Failure ? error : new Failure(0, { error: "failed", detail: String(error) });
    shared.set({ value: shared.get().value, failure });
    return undefined;
  }
}

export function mayRead(who: Session | undefined): boolean {
  return who !== undefined && who.role !== "none";
}

export function mayEdit(): boolean {
  return session.get().value?.role === "admin";
}

export async function renewProfiles(): Promise<void> {
  await renew(profiles, "/profiles");
}

// After a login or logout, too.
export async function renewSession(): Promise<void> {
  const who = await renew(session, "/session");
  if (who === undefined) return;
  useToken(who.csrf);
  if (!mayRead(who)) return end();
  begin();
  await renewProfiles();
}

export function start(): void {
  void renewSession();
  generation.listen(() => void renewProfiles());
  let times = 0;
  connection.listen((now) => {
    if (now.times > 1 && now.times !== times) void renewSession();
    // The stream was refused: perhaps the login has ended.
    else if (now.state === "lost" && now.retry_ms > 0) void renewSession();
    times = now.times;
  });
}

export function useProfiles(): Known<Profile[]> {
  return useShared(profiles);
}

export function useSession(): Session | undefined {
  return useShared(session).value;
}

// The profile of this name; without a name the first that is not `live` (its sources have a page of their own).
export function pick(list: Profile[], name: string | null): Profile | undefined {
  if (name !== null && name !== "") return list.find((profile) => profile.name === name);
  return list.find((profile) => profile.name !== "live") ?? list[0];
}
