// SPDX-License-Identifier: Apache-2.0
// Which time, which figure, how it is drawn.
import { useEffect, useState } from "preact/hooks";
import { go } from "../../address";
import { now_s } from "../../live";
import { Button, Choice, options } from "../../parts/controls";
import { ClassChoice, UnitChoice } from "../../parts/figure";
import * as time from "../../parts/time";
import { fixed, shift, showSpan, showWindow, spans, width, zoom, type State } from "./state";

function FromTo({ state }: { state: State }) {
  const shown = "span_s" in state.window ? null : state.window;
  const now = fixed(state.window, now_s());
  const words = { from: shown === null ? "" : time.stamp(shown.from_s), to: shown === null ? "" : time.stamp(shown.to_s) };
  const [text, setText] = useState(words);
  const [wrong, setWrong] = useState("");
  useEffect(() => {
    setText(words);
    setWrong("");
  }, [words.from, words.to]);
  const send = (event: Event) => {
    event.preventDefault();
    const from = text.from === "" ? now.from_s : time.parse(text.from);
    const to = text.to === "" ? now_s() : time.parse(text.to);
    if (from === undefined || to === undefined) setWrong(`'${from === undefined ? text.from : text.to}' is no time: write 2026-01-31 13:45`);
    else if (from >= to) setWrong("the end must be after the beginning");
    else showWindow({ from_s: from, to_s: to }, now_s());
  };
  const field = (name: "from" | "to", hint: string) => (
    <input
      class="input stamp"
      aria-label={name === "from" ? "From, UTC" : "To, UTC"}
      title={wrong === "" ? "UTC: 2026-01-31 13:45" : wrong}
      aria-invalid={wrong !== ""}
      placeholder={hint}
      value={text[name]}
      onInput={(event) => setText({ ...text, [name]: event.currentTarget.value })}
      onBlur={(event) => {
        if (event.relatedTarget === null && (text.from !== words.from || text.to !== words.to)) send(event);
      }}
    />
  );
  return (
    <form class="from-to" onSubmit={send}>
      {field("from", time.stamp(now.from_s, false))}
      <span class="faint">–</span>
      {field("to", "now")}
      <button type="submit" class="hidden">
        Show this window
      </button>
      {wrong !== "" && (
        <span class="wrong bad" role="alert">
          {wrong}
        </span>
      )}
    </form>
  );
}

export function Toolbar({ state }: { state: State }) {
  const span = spans.find((one) => one.s === width(state.window));
  const moves = "span_s" in state.window;
  return (
    <div class="toolbar">
      <div class="row">
        <Choice
          fold
          label="Span"
          value={span?.value ?? null}
          options={spans.map(({ value, text }) => ({ value, text: value.replace("mo", " mo").replace(/^(\d+)([mhdwy])$/, "$1 $2").replace("15 m", "15 min"), title: text }))}
          onChange={(value) => showSpan(spans.find((one) => one.value === value)!.s)}
        />
        <div class="joined" role="group" aria-label="Move the window">
          <Button icon="left" label="One window back ([)" onClick={() => shift(state.window, -1, now_s())} />
          <Button icon="right" label="One window on (])" disabled={moves} onClick={() => shift(state.window, 1, now_s())} />
          <Button icon="plus" label="Zoom in (+)" onClick={() => zoom(state, true, now_s())} />
          <Button icon="minus" label="Zoom out (-)" onClick={() => zoom(state, false, now_s())} />
          <Button icon="newest" label="To the newest (n)" disabled={moves} onClick={() => showSpan(width(state.window))} />
        </div>
        <FromTo state={state} />
      </div>
      <div class="row">
        <UnitChoice value={state.unit} />
        <ClassChoice value={state.class} />
        <Choice
          label="Drawing"
          value={state.lines ? "lines" : "stacked"}
          options={options({ stacked: "Stacked", lines: "Lines" })}
          onChange={(value) => go({ draw: value === "lines" ? value : null })}
        />
        <Choice
          label="Scale"
          value={state.log ? "log" : "linear"}
          options={[
            { value: "linear", text: "Lin", title: "Linear" },
            { value: "log", text: "Log", title: "Logarithmic" },
          ]}
          onChange={(value) => go({ scale: value === "log" ? value : null })}
        />
      </div>
    </div>
  );
}
