// SPDX-License-Identifier: Apache-2.0
// Asks the parser about a filter while it is typed: shortly after the last key, and the last answer counts.
import { useEffect, useRef, useState } from "preact/hooks";
import { ask } from "../api";
import type { FilterCheck } from "../api_types";
import type { Checked } from "./pieces";

const quiet_ms = 150;

export interface Checking {
  checked: Checked | null;
  cursor: number; // for which the completions are
  reachable: boolean;
}

export function useCheck(text: string, cursor: number): Checking {
  const [state, set] = useState<Checking>({ checked: null, cursor: 0, reachable: true });
  const last = useRef(0);
  useEffect(() => {
    const mine = (last.current += 1);
    const control = new AbortController();
    const timer = setTimeout(() => {
      ask<FilterCheck>("/filters/check", { method: "POST", body: { filter: text, cursor }, signal: control.signal }).then(
        (check) => mine === last.current && set({ checked: { text, check }, cursor, reachable: true }),
        () => mine === last.current && !control.signal.aborted && set((old) => ({ ...old, reachable: false })),
      );
    }, quiet_ms);
    return () => {
      clearTimeout(timer);
      control.abort();
    };
  }, [text, cursor]);
  return state;
}
