// SPDX-License-Identifier: Apache-2.0
// The state of the drill-down: what stands in the address, what is being typed, what was asked. The address says "q.run" exactly while
// the question that it holds is the one that was asked; so a link that is opened, and the browser's back button, ask it again.
import { useEffect, useRef, useState } from "preact/hooks";
import { useAddress } from "../address";
import { connection } from "../live";
import { useShared } from "../shared";
import { remember } from "./kept";
import { type Unit, classes } from "../api_types";
import { type Drill, type Place, keyOf, question, readDrill, seriesQuestion, writeDrill } from "./question";
import { type Run, Runner } from "./runner";

const typing_ms = 300;
const settled_ms = 400; // a window that is being dragged

export function useRunner(): { run: Run | null; runner: Runner } {
  const [run, show] = useState<Run | null>(null);
  const runner = useRef<Runner | null>(null);
  runner.current ??= new Runner(show);
  useEffect(() => {
    const leave = () => runner.current!.leave();
    addEventListener("pagehide", leave);
    return () => {
      removeEventListener("pagehide", leave);
      leave();
    };
  }, []);
  return { run, runner: runner.current };
}

// What is typed goes into the address when the fingers rest.
function useTyped(drill: Drill): [string, (text: string) => void] {
  const [text, setText] = useState(drill.filter);
  const known = useRef(drill.filter);
  useEffect(() => {
    if (drill.filter === known.current) return;
    known.current = drill.filter;
    setText(drill.filter);
  }, [drill.filter]);
  const latest = useRef(drill);
  latest.current = drill;
  useEffect(() => {
    if (text === known.current) return;
    const timer = setTimeout(() => {
      // It was run meanwhile, and stands in the address.
      if (text === known.current) return;
      known.current = text;
      writeDrill({ ...latest.current, filter: text, run: false }, latest.current.run);
    }, typing_ms);
    return () => clearTimeout(timer);
  }, [text]);
  return [text, setText];
}

function unitOf(text: string | null): Unit {
  return text === "flows" || text === "packets" ? text : "bytes";
}

export function useDrill(place: Place) {
  const { query } = useAddress();
  const stored = readDrill(query);
  const [text, setText] = useTyped(stored);
  const drill: Drill = { ...stored, filter: text, run: stored.run && text === stored.filter };
  const { run, runner } = useRunner();
  const moves = place.window.moves === true && drill.over === "window";
  const asked = question(drill, place);
  const key = keyOf(asked, moves);
  const now = useRef(asked);
  now.current = asked;
  const start = () => {
    remember(drill.filter);
    void runner.start(key, now.current);
  };
  useEffect(() => {
    if (!drill.run || run?.key === key) return;
    const timer = setTimeout(start, run === null ? 0 : settled_ms);
    return () => clearTimeout(timer);
  }, [drill.run, key]);
  // The daemon is back, or we are logged in again: what could not be answered is asked again.
  const { times } = useShared(connection);
  useEffect(() => {
    if (drill.run && (run?.problem?.error === "no_answer" || run?.problem?.error === "login")) start();
  }, [times]);
  const ask = (next: Drill = drill) => {
    const same = keyOf(question(next, place), moves) === key;
    writeDrill({ ...next, run: true }, !(same && stored.run));
    // Otherwise the address that has changed starts it.
    if (same) start();
  };
  return {
    drill,
    text,
    setText,
    run,
    stale: run !== null && run.key !== key,
    change: (next: Drill) => writeDrill({ ...next, run: false }, stored.run),
    show: (next: Drill) => writeDrill(next, true), // of what is asked only the form changes
    ask,
    // In the unit and class of the graph above.
    graphed: seriesQuestion(stored, place, unitOf(query.get("unit")), classes.find((one) => one === query.get("class")) ?? "any"),
    cancel: () => void runner.cancel(),
  };
}
