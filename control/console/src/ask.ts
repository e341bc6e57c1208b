// SPDX-License-Identifier: Apache-2.0
// What a part of a page shows of the API: asked when it is drawn first, when the question changes, after a lost connection, and every so often.
// The former answer stays until the new one is there, so that nothing jumps.
import { useEffect, useRef, useState } from "preact/hooks";
import { ask, Failure, type Options } from "./api";
import { connection } from "./live";
import { useShared } from "./shared";

export interface Answer<T> {
  data: T | undefined; // the last good answer, perhaps to the former question: see `fresh`
  failure: Failure | undefined; // of the last try
  loading: boolean;
  fresh: boolean; // `data` answers the present question
  at_ms: number; // when `data` came
  again: () => void;
}

// `path` undefined: nothing is asked yet. `every_ms`: asked anew so long after each answer; not while the page is hidden.
export function useAsk<T>(path: string | undefined, query: Options["query"] = {}, every_ms = 0): Answer<T> {
  const question = path === undefined ? "" : path + JSON.stringify(query);
  const [turn, setTurn] = useState(0);
  const [got, setGot] = useState<{ question: string; data?: T; failure?: Failure; at_ms: number }>({ question: "", at_ms: 0 });
  const times = useShared(connection).times;
  const again = useRef(() => setTurn((n) => n + 1)).current;
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    if (path === undefined) return;
    const stop = new AbortController();
    let later: ReturnType<typeof setTimeout> | undefined;
    const next = () => {
      if (every_ms <= 0 || stop.signal.aborted) return;
      later = setTimeout(() => (document.hidden ? next() : again()), every_ms);
    };
    setBusy(true);
    ask<T>(path, { query, signal: stop.signal })
      .then((data) => setGot({ question, data, at_ms: Date.now() }))
      .catch((error: unknown) => {
        if (stop.signal.aborted) return;
        const failure = error instanceof Failure ? error : new Failure(0, { error: "failed", detail: String(error) });
        setGot((was) => ({ ...was, failure }));
      })
      .finally(() => {
        if (!stop.signal.aborted) setBusy(false);
        next();
      });
    return () => {
      stop.abort();
      clearTimeout(later);
    };
  }, [question, turn, times]);
  return {
    data: got.data,
    failure: got.failure,
    loading: busy || (path !== undefined && got.question !== question && got.failure === undefined),
    fresh: got.question === question,
    at_ms: got.at_ms,
    again,
  };
}
