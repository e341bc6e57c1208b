// SPDX-License-Identifier: Apache-2.0
// The Profile page: the channels of one profile over a span of time, a cursor or a brush upon it, the figures of that, and which flows it was.
import { useEffect, useState } from "preact/hooks";
import { go, link, useAddress } from "../../address";
import { classes, type Profile } from "../../api_types";
import { Chart } from "../../chart/chart";
import type { Picture } from "../../chart/picture";
import { Readout } from "../../chart/readout";
import { usePicture } from "../../chart/use_picture";
import { DrillDown } from "../../drill/drill_down";
import { now_s } from "../../live";
import { Boundary } from "../../parts/boundary";
import { unitKeys } from "../../parts/figure";
import { unitName } from "../../parts/format";
import { useKeys, type Key } from "../../parts/keys";
import * as time from "../../parts/time";
import { Empty, Failed, Loading } from "../../parts/states";
import { mayEdit, pick, useProfiles } from "../../store";
import { CursorBar, extend, last, peak, step, zoomToMark } from "./cursor_bar";
import { fixed, read, shift, showMark, showSlot, showSpan, toggle, width, zoom, type State } from "./state";
import { Toolbar } from "./toolbar";
import { Totals } from "./totals";
import "./profile.css";

const kHeight = 420;
const kHeightNarrow = 260;

function keys(state: State, picture: Picture | undefined): Key[] {
  const on = (run: (picture: Picture) => void) => () => {
    if (picture !== undefined) run(picture);
  };
  const next = classes[(classes.indexOf(state.class) + 1) % classes.length]!;
  return [
    { keys: ["["], text: "one window back", run: () => shift(state.window, -1, now_s()) },
    { keys: ["]"], text: "one window on", run: () => shift(state.window, 1, now_s()) },
    { keys: ["+", "="], text: "zoom in", run: () => zoom(state, true, now_s()) },
    { keys: ["-"], text: "zoom out", run: () => zoom(state, false, now_s()) },
    { keys: ["n"], text: "to the newest", run: () => showSpan(width(state.window)) },
    { keys: ["ArrowLeft"], text: "slot before", run: on((p) => step(p, state.slot, -1)) },
    { keys: ["ArrowRight"], text: "slot after", run: on((p) => step(p, state.slot, 1)) },
    { keys: ["Shift+ArrowLeft"], text: "mark a window: to the left", run: on((p) => extend(p, state, -1)) },
    { keys: ["Shift+ArrowRight"], text: "mark a window: to the right", run: on((p) => extend(p, state, 1)) },
    { keys: ["p"], text: "highest slot", run: on((p) => peak(p, state.off)) },
    { keys: ["e"], text: "newest slot", run: on(last) },
    { keys: ["z", "Enter"], text: "zoom to the marked window", run: () => zoomToMark(state) },
    { keys: ["Escape"], text: "no slot, no window", run: () => showSlot(null) },
    ...unitKeys,
    { keys: ["c"], text: "next class: any, tcp, udp, icmp, other", run: () => go({ class: next === "any" ? null : next }) },
    { keys: ["s"], text: "stacked or lines", run: () => go({ draw: state.lines ? null : "lines" }) },
    { keys: ["l"], text: "linear or logarithmic", run: () => go({ scale: state.log ? null : "log" }) },
    { keys: ["t"], text: "table of rates or sums", run: () => go({ table: state.sums ? null : "sum" }) },
    { keys: ["a"], text: "all channels", run: () => go({ off: null }) },
  ];
}

// Width of the place for the graph, in steps of 200 px: how many points are asked for.
function useRoom(): { room: number; narrow: boolean } {
  const look = () => ({ room: Math.min(1600, Math.ceil(Math.max(200, document.documentElement.clientWidth - 320) / 200) * 200), narrow: innerWidth <= 760 });
  const [now, set] = useState(look);
  useEffect(() => {
    const resized = () => set((was) => (was.room === look().room && was.narrow === look().narrow ? was : look()));
    addEventListener("resize", resized);
    return () => removeEventListener("resize", resized);
  }, []);
  return now;
}

function Graph({ profile, state }: { profile: Profile; state: State }) {
  const { room, narrow } = useRoom();
  const moves = "span_s" in state.window;
  const question = {
    profile: profile.name,
    unit: state.unit,
    class: state.class,
    ...fixed(state.window, 0),
    span_s: "span_s" in state.window ? state.window.span_s : undefined,
    points: room,
  };
  const { picture, changes, answer } = usePicture(question);
  const [hover, setHover] = useState<{ step: number; note: string } | null>(null);
  useKeys("Profile", keys(state, picture));
  const chosen = state.slot === null || picture === undefined ? state.mark : { from_s: state.slot, to_s: state.slot + picture.resolution_s };
  const window = chosen ?? (picture !== undefined && moves ? { from_s: picture.from_s, to_s: picture.edge_s } : fixed(state.window, now_s()));
  const shown = profile.channels.filter((channel) => !state.off.has(channel.name)).map((channel) => channel.name);
  // A channel that is not drawn is not asked about either; when all are drawn the profile is meant.
  const asked = shown.length === profile.channels.length ? [] : shown;
  const unit = unitName(state.unit, true);
  const height = narrow ? kHeightNarrow : kHeight;
  if (picture === undefined)
    return (
      <section class="panel graph" aria-label="Graph">
        {answer.failure === undefined ? <Loading what="Graph" lines={12} /> : <Failed failure={answer.failure} again={answer.again} />}
      </section>
    );
  const at = hover !== null ? "Pointer" : state.slot !== null ? "Slot" : moves ? "Newest" : "Last of the window";
  const reading = hover !== null ? Math.min(hover.step, picture.steps - 1) : state.slot !== null ? picture.at(state.slot) : picture.newest();
  return (
    <>
      <section class="panel graph" aria-label="Graph" aria-busy={answer.loading}>
        {answer.failure !== undefined && <p class="stale-note">Not up to date: {answer.failure.problem.detail}</p>}
        <div class="graph-body">
          <figure>
            <figcaption>
              {unit}
              <span class="faint">
                {state.class === "any" ? "" : ` ${state.class} only`} · {picture.resolution_s === 1 ? "each second" : `mean of ${time.duration(picture.resolution_s)}`}
              </span>
            </figcaption>
            <Chart
              picture={picture}
              changes={changes}
              label={`${profile.name}: ${unit} of ${shown.length} channels over ${time.duration(width(state.window))}. The table of figures below says the same in numbers.`}
              height={height}
              lines={state.lines}
              log={state.log}
              off={state.off}
              slot={state.slot}
              mark={state.mark}
              onHover={(step, note) => setHover(step === null ? null : { step, note })}
              onSlot={(slot) => showSlot(slot === state.slot ? null : slot)}
              onBrush={showMark}
            />
            {picture.isEmpty() && <NoData moves={moves} />}
          </figure>
          <Readout picture={picture} changes={changes} step={reading} at={at} note={hover?.note ?? ""} off={state.off} toggle={(channels) => toggle(state, channels)} />
        </div>
        <CursorBar picture={picture} state={state} window={window} />
      </section>
      <Totals state={state} profile={profile} window={window} moving_s={chosen === null && "span_s" in state.window ? state.window.span_s : null} />
      <Boundary part="The drill-down">
        <DrillDown
          profile={profile.name}
          channels={asked}
          window={{ ...window, moves: chosen === null && moves }}
          span={chosen === null ? undefined : { from_s: picture.from_s, to_s: moves ? picture.edge_s : picture.to_s, moves }}
        />
      </Boundary>
    </>
  );
}

function NoData({ moves }: { moves: boolean }) {
  return (
    <div class="no-data">
      <Empty title="No flows in this window">
        {moves ? "Graphs move as soon as the first flow is counted. " : ""}
        <a href="/exporters">Which exporters send?</a>
      </Empty>
    </div>
  );
}

export function ProfilePage() {
  const { query } = useAddress();
  const known = useProfiles();
  const state = read(query);
  if (known.value === undefined)
    return known.failure === undefined ? <Loading what="Profiles" lines={12} /> : <Failed failure={known.failure} />;
  const profile = pick(known.value, state.profile);
  if (profile === undefined)
    return (
      <Empty title={state.profile === null ? "There is no profile" : `There is no profile '${state.profile}'`}>
        <a href="/profiles">Profiles</a> lists them all.
      </Empty>
    );
  return (
    <div class="stack profile-page">
      <div class="row">
        <h1>{profile.name}</h1>
        <span class="faint">{profile.description}</span>
        {mayEdit() && profile.editable && (
          <a class="push" href={link("/profiles", { profile: profile.name })}>
            Edit
          </a>
        )}
      </div>
      <Toolbar state={state} />
      {profile.channels.length === 0 ? (
        <Empty title="This profile has no channels">
          <a href={link("/profiles", { profile: profile.name })}>Add one</a>: it counts from then on.
        </Empty>
      ) : (
        <Graph key={profile.name} profile={profile} state={state} />
      )}
    </div>
  );
}
