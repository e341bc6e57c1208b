// SPDX-License-Identifier: Apache-2.0
// Which flows made it: a question to the archive about the window and the channels of the graph above, and its answer.
import { useId, useState } from "preact/hooks";
import type { Source } from "../api_types";
import { useAsk } from "../ask";
import { Button } from "../parts/controls";
import { Command } from "./command";
import { FilterBox } from "./filter_box";
import { FilterGraph } from "./filter_graph";
import { FilterMenu } from "./filter_menu";
import { FlowOptions, ModeChoice, MoreOptions, TopOptions } from "./options";
import { Progress } from "./progress";
import type { Drill, Window } from "./question";
import { Answer } from "./answer";
import { useDrill } from "./use_drill";
import "./drill.css";
import "./answer.css";

export interface DrillDownProps {
  profile: string;
  channels: string[]; // those that the graph shows; none: all of the profile
  window: Window; // what is marked in the graph, or all of it
  span?: Window; // all of the graph
}

export function DrillDown({ profile, channels, window, span }: DrillDownProps) {
  const state = useDrill({ profile, channels, window, span });
  const { drill, run } = state;
  // Without the list there is just no choice of sources.
  const sources = (useAsk<Source[]>("/sources").data ?? []).map((source) => source.name);
  const id = useId();
  const busy = run !== null && !run.ended;
  const options = { drill, change: state.change };
  const narrowed = drill.of !== "channels" || drill.over !== "window" || drill.sources.length > 0 || drill.packetLimit !== "" || drill.byteLimit !== "";
  const [more, setMore] = useState(narrowed);
  return (
    <section class="drill panel" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>Which flows made it?</h2>
      <form
        class="drill-form"
        onSubmit={(event) => {
          event.preventDefault();
          state.ask();
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) state.ask();
        }}
      >
        <label class="hidden" for={`${id}-filter`}>
          Filter
        </label>
        <div class="drill-filter">
          <FilterBox id={`${id}-filter`} value={state.text} change={state.setText} run={() => state.ask()} />
          <FilterMenu filter={state.text} take={state.setText} />
        </div>
        <div class="drill-options">
          <ModeChoice {...options} />
          {drill.mode === "top" ? <TopOptions {...options} /> : <FlowOptions {...options} />}
          <span class="drill-run">
            <Button pressed={drill.graph} label="Draws the filter over the span of the graph above" onClick={() => state.show({ ...drill, graph: !drill.graph })}>
              Graph this filter
            </Button>
            {busy ? (
              <Button icon="stop" onClick={state.cancel}>
                Cancel
              </Button>
            ) : (
              <Button type="submit" kind="main" icon="play">
                Run
              </Button>
            )}
          </span>
        </div>
        <details class="drill-more" open={more} onToggle={(event) => setMore(event.currentTarget.open)}>
          <summary>Where, and limits</summary>
          <MoreOptions {...options} sources={sources} channels={channels} profile={profile} />
        </details>
      </form>
      {drill.graph && (
        <FilterGraph
          asked={state.graphed}
          follows={drill.run}
          moves={(span ?? window).moves === true}
          mark={span === undefined ? null : window}
          close={() => state.show({ ...drill, graph: false })}
        />
      )}
      <Progress run={run} stale={state.stale ? "The question has changed since." : ""} again={() => state.ask()} />
      <Answer run={run} drill={drill} stale={state.stale} show={state.show} ask={(next: Drill) => state.ask(next)} />
      {run?.job && <Command words={run.job.command} />}
    </section>
  );
}
