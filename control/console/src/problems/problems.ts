// SPDX-License-Identifier: Apache-2.0
// What is wrong now. Read when the console starts, and again every ten seconds: the event stream tells sooner (see told()).
import { useEffect, useState } from "preact/hooks";
import { ask, Failure } from "../api";
import type { Trouble } from "../api_types";

const every_ms = 10_000;

let troubles: Trouble[] | null = null; // null: not told yet
let timer = 0;
const listeners = new Set<() => void>();

function set(now: Trouble[]): void {
  troubles = now;
  for (const listener of listeners) listener();
}

async function look(): Promise<void> {
  try {
    set(await ask<Trouble[]>("/problems"));
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure; // that nobody answers, the frame says
  }
}

// The event "problems" of the stream.
export function told(now: Trouble[]): void {
  set(now);
}

export function useProblems(): Trouble[] | null {
  const [now, take] = useState(troubles);
  useEffect(() => {
    const listener = () => take(troubles);
    listeners.add(listener);
    listener();
    if (listeners.size === 1) {
      void look();
      timer = window.setInterval(() => void look(), every_ms);
    }
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) clearInterval(timer);
    };
  }, []);
  return now;
}

export const words: Record<Trouble["severity"], string> = { error: "Error", warning: "Warning", info: "Note" };
