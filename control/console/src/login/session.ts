// SPDX-License-Identifier: Apache-2.0
// Who is at this browser. One for all pages: read when the console starts, and again after login, logout and a 401.
import { useEffect, useState } from "preact/hooks";
import { ask, Failure, onRefused, useToken } from "../api";
import type { Session } from "../api_types";

export interface SessionState {
  session: Session | null; // null: not told yet
  wanted: boolean; // the login dialog is open
  generation: number; // counts logins: what was refused before is asked again
}

let state: SessionState = { session: null, wanted: false, generation: 0 };
let reading: Promise<void> | null = null;
const listeners = new Set<() => void>();

function set(change: Partial<SessionState>): void {
  state = { ...state, ...change };
  for (const listener of listeners) listener();
}

function take(session: Session): void {
  useToken(session.csrf);
  set({ session, wanted: state.wanted || (session.login && session.role === "none") });
}

export function readSession(): Promise<void> {
  reading ??= ask<Session>("/session")
    .then(take)
    .catch((error: unknown) => {
      if (!(error instanceof Failure)) throw error;
    })
    .finally(() => (reading = null));
  return reading;
}

onRefused(() => {
  if (state.wanted) return;
  set({ wanted: true });
  void readSession();
});

// A wrong password is a Failure of status 401, too many tries 429: the dialog shows their words.
export async function logIn(user: string, password: string): Promise<void> {
  const session = await ask<Session>("/session", { method: "POST", body: { user, password } });
  useToken(session.csrf);
  set({ session, wanted: false, generation: state.generation + 1 });
}

export async function logOut(): Promise<void> {
  await ask<void>("/session", { method: "DELETE" });
  set({ session: null });
  await readSession();
}

export function wantLogin(wanted: boolean): void {
  set({ wanted });
}

export function useSession(): SessionState {
  const [now, look] = useState(state);
  useEffect(() => {
    const listener = () => look(state);
    listeners.add(listener);
    listener();
    if (state.session === null) void readSession();
    return () => void listeners.delete(listener);
  }, []);
  return now;
}

// Whether changes are offered. Until the session is told, they are not.
export function mayEdit(session: Session | null): boolean {
  return session?.role === "admin";
}
