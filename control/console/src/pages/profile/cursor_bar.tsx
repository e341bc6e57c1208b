// SPDX-License-Identifier: Apache-2.0
// Under the graph: what is looked at - a slot, a marked window, or all of it - and how to move on.
import type { Picture } from "../../chart/picture";
import type { Span } from "../../chart/view";
import { now_s } from "../../live";
import { Button } from "../../parts/controls";
import * as time from "../../parts/time";
import { showMark, showSlot, showWindow, type State } from "./state";

// The slot before (-1) or after (1) the one under the cursor; without one the newest.
export function step(picture: Picture, slot: number | null, by: number): void {
  if (slot === null) return last(picture);
  const at = picture.at(slot) + by;
  if (at >= 0 && at < picture.steps) showSlot(picture.start(at));
}

export function last(picture: Picture): void {
  const newest = picture.newest();
  if (newest >= 0) showSlot(picture.start(newest));
}

export function peak(picture: Picture, off: ReadonlySet<string>): void {
  const at = picture.peak(picture.rows.filter((row) => !off.has(row.channel)));
  if (at >= 0) showSlot(picture.start(at));
}

// Widens the marked window, or makes one of the slot and its neighbour.
export function extend(picture: Picture, state: State, by: number): void {
  const size = picture.resolution_s;
  const begin = state.mark ?? { from_s: state.slot ?? picture.start(Math.max(0, picture.newest())), to_s: (state.slot ?? picture.start(Math.max(0, picture.newest()))) + size };
  const next = by < 0 ? { from_s: begin.from_s - size, to_s: begin.to_s } : { from_s: begin.from_s, to_s: begin.to_s + size };
  if (next.from_s >= picture.from_s && next.to_s <= picture.to_s) showMark(next);
}

export function CursorBar({ picture, state, window }: { picture: Picture; state: State; window: Span }) {
  const none = state.slot === null && state.mark === null;
  const kind = state.slot !== null ? "Slot" : state.mark !== null ? "Marked" : "All";
  return (
    <div class="cursor-bar row">
      <span class="cursor-kind faint">{kind}</span>
      <span class="cursor-span" title={`${time.local(window.from_s)} – ${time.local(window.to_s)}`}>
        {time.span(window.from_s, window.to_s)}
        <span class="faint"> {time.duration(window.to_s - window.from_s)}</span>
      </span>
      <div class="row push">
        <div class="joined" role="group" aria-label="Slot">
          <Button icon="left" label="Slot before (←)" onClick={() => step(picture, state.slot, -1)} />
          <Button icon="right" label="Slot after (→)" onClick={() => step(picture, state.slot, 1)} />
        </div>
        <Button icon="peak" onClick={() => peak(picture, state.off)} label="Highest slot of the shown channels (p)">
          Peak
        </Button>
        <Button icon="newest" onClick={() => last(picture)} label="Newest slot that is over (e)">
          Last
        </Button>
        <Button icon="search" disabled={state.mark === null} label="The marked window fills the graph (z)" onClick={() => zoomToMark(state)}>
          Zoom
        </Button>
        <Button icon="close" disabled={none} label="No slot, no window (Escape)" onClick={() => showSlot(null)}>
          Clear
        </Button>
      </div>
    </div>
  );
}

export function zoomToMark(state: State): void {
  if (state.mark !== null) showWindow(state.mark, now_s());
}
