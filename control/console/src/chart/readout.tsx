// SPDX-License-Identifier: Apache-2.0
// Beside a graph: what each channel is at the pointer, at the slot, or now. Each has its place whatever the pointer does; a click takes a channel out
// of the graph or puts it back.
import type { Look } from "./view";
import type { Picture, PictureRow } from "./picture";
import { full, percent, unitName } from "../parts/format";
import { Num, Swatch } from "../parts/show";
import * as time from "../parts/time";

export interface ReadoutProps {
  picture: Picture;
  changes: number;
  step: number; // -1: there is nothing to read
  at: string; // what the step is: "now", "slot", "pointer"
  note: string; // of the pointer: a filter's change
  off: Look["off"];
  toggle: (channels: string[]) => void;
}

function sum(picture: Picture, rows: PictureRow[], step: number): number | null {
  if (step < 0) return null;
  const values = rows.map((row) => picture.rate(row, step)).filter((value) => !Number.isNaN(value));
  return values.length === 0 ? null : values.reduce((a, b) => a + b, 0);
}

function Row({ row, props }: { row: PictureRow; props: ReadoutProps }) {
  const { picture, step } = props;
  const value = step < 0 ? NaN : picture.rate(row, step);
  const shown = !props.off.has(row.channel);
  return (
    <button
      type="button"
      class="readout-row"
      aria-pressed={shown}
      title={`${row.channel}: ${Number.isNaN(value) ? "no data" : full(value, unitName(picture.unit, true))}. Click ${shown ? "hides" : "shows"} it`}
      onClick={() => props.toggle([row.channel])}
    >
      <Swatch colour={row.colour} />
      <span class="readout-name">{row.channel}</span>
      <Num value={Number.isNaN(value) ? null : value} />
    </button>
  );
}

function Group({ sign, props }: { sign: "+" | "-"; props: ReadoutProps }) {
  const rows = props.picture.rows.filter((row) => row.sign === sign);
  const shown = rows.filter((row) => !props.off.has(row.channel));
  if (rows.length === 0) return null;
  const both = props.picture.rows.length > rows.length;
  // The order of the picture: the topmost first.
  const listed = sign === "+" ? [...rows].reverse() : rows;
  return (
    <section>
      {both && (
        <button type="button" class="readout-row readout-group" onClick={() => props.toggle((shown.length > 0 ? shown : rows).map((row) => row.channel))}>
          <span class="readout-name">{sign === "+" ? "above the axis" : "below the axis"}</span>
          <Num value={sum(props.picture, shown, props.step)} />
        </button>
      )}
      {listed.map((row) => (
        <Row key={row.channel} row={row} props={props} />
      ))}
    </section>
  );
}

export function Readout(props: ReadoutProps) {
  const { picture, step } = props;
  const shown = picture.rows.filter((row) => !props.off.has(row.channel));
  const gap = step < 0 ? undefined : picture.gap(step);
  const begin = step < 0 ? 0 : picture.start(step);
  const lost = gap === undefined ? "" : gap.reason === "not running" ? "not running" : `${percent(gap.ratio)} complete: ${gap.reason}`;
  return (
    <div class="readout">
      <div class="readout-head">
        <span class="readout-at">{props.at}</span>
        <span class="readout-time" title={step < 0 ? undefined : time.local(begin)}>
          {step < 0 ? "no data yet" : picture.resolution_s === 1 ? time.stamp(begin) : time.span(begin, begin + picture.resolution_s)}
        </span>
        <strong class="readout-sum">
          <span>total, {unitName(picture.unit, true)}</span>
          <Num value={sum(picture, shown, step)} name={unitName(picture.unit, true)} />
        </strong>
        <span class="readout-note warn">{[lost, props.note].filter(Boolean).join("; ")}</span>
      </div>
      <div class="readout-rows">
        <Group sign="+" props={props} />
        <Group sign="-" props={props} />
      </div>
    </div>
  );
}
