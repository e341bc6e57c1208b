// SPDX-License-Identifier: Apache-2.0
// What a graph shows: the answer of /series, moved on by the seconds of the event stream. Changed in place, so that a second costs no new
// picture; `changes` grows with each change.
import type { Gap, Second, Series, TrafficClass, Unit } from "../api_types";
import { classes } from "../api_types";

export interface PictureRow {
  channel: string;
  colour: string;
  sign: "+" | "-";
  values: Float64Array; // sums of the steps; NaN: nothing was counted
  marks: { at_s: number; text: string }[];
}

const kUnderWay_s = 2; // an answer has all that was counted until so long ago
const kCells = 3; // of a class in Second.rows
const unitAt: Record<Unit, number> = { flows: 0, packets: 1, bytes: 2 };

// One number of a second's row of twelve.
export function cell(cells: number[], unit: Unit, of: TrafficClass): number {
  if (of !== "any") return cells[(classes.indexOf(of) - 1) * kCells + unitAt[unit]] ?? 0;
  return [0, 1, 2, 3].reduce((sum, i) => sum + (cells[i * kCells + unitAt[unit]] ?? 0), 0);
}

export class Picture {
  readonly profile: string;
  readonly resolution_s: number;
  readonly unit: Unit;
  readonly class: TrafficClass;
  readonly steps: number;
  readonly rows: PictureRow[];
  gaps: Gap[];
  from_s: number;
  edge_s: number; // end of the last second that is in it
  changes = 0;
  private filling_s: number; // from here on the step that is not over yet was counted

  // `now_s`: the daemon's time when it answered.
  constructor(series: Series, profile: string, now_s: number) {
    this.profile = profile;
    this.resolution_s = series.resolution_s;
    this.unit = series.unit;
    this.class = series.class;
    this.from_s = series.from_s;
    this.steps = Math.max(0, Math.round((series.to_s - series.from_s) / series.resolution_s));
    this.gaps = series.completeness;
    this.rows = series.rows.map((row) => ({
      channel: row.channel,
      colour: row.colour,
      sign: row.sign,
      values: Float64Array.from({ length: this.steps }, (_, i) => row.values[i] ?? NaN),
      marks: row.marks,
    }));
    this.edge_s = Math.min(now_s - kUnderWay_s, series.to_s);
    const last = Math.floor((this.edge_s - this.from_s) / this.resolution_s);
    const begun = this.rows.some((row) => !Number.isNaN(row.values[last] ?? NaN));
    this.filling_s = begun ? this.start(last) : this.edge_s;
  }

  get to_s(): number {
    return this.from_s + this.steps * this.resolution_s;
  }

  start(step: number): number {
    return this.from_s + step * this.resolution_s;
  }

  // The step that holds this time; the nearest one for times outside.
  at(time_s: number): number {
    return Math.max(0, Math.min(this.steps - 1, Math.floor((time_s - this.from_s) / this.resolution_s)));
  }

  // Seconds that went into a step: fewer than the resolution in the one that is not over yet.
  seconds(step: number): number {
    const begin = this.start(step);
    if (begin + this.resolution_s <= this.edge_s || begin > this.edge_s) return this.resolution_s;
    return Math.max(1, this.edge_s - Math.max(begin, this.filling_s));
  }

  // A second as flows, packets or bits; NaN: nothing was counted.
  rate(row: PictureRow, step: number): number {
    return ((this.unit === "bytes" ? 8 : 1) * (row.values[step] ?? NaN)) / this.seconds(step);
  }

  // The last step that is over and was counted, else the last counted one; -1: none.
  newest(): number {
    for (let step = this.at(this.edge_s - 1); step >= 0; step -= 1) {
      const over = this.start(step) + this.resolution_s <= this.edge_s;
      if (over && this.rows.some((row) => !Number.isNaN(row.values[step]!))) return step;
    }
    return -1;
  }

  // Seconds in which nothing came count zero.
  isEmpty(): boolean {
    return this.rows.every((row) => row.values.every((value) => Number.isNaN(value) || value === 0));
  }

  // Where the sum of these rows is highest; -1: nothing was counted.
  peak(shown: PictureRow[]): number {
    let best = -1;
    let most = -1;
    for (let step = 0; step < this.steps; step += 1) {
      let sum = NaN;
      for (const row of shown) {
        const value = this.rate(row, step);
        if (!Number.isNaN(value)) sum = (Number.isNaN(sum) ? 0 : sum) + value;
      }
      if (sum > most) [best, most] = [step, sum];
    }
    return best;
  }

  gap(step: number): Gap | undefined {
    const begin = this.start(step);
    return this.gaps.find((gap) => gap.from_s < begin + this.resolution_s && gap.to_s > begin);
  }

  // For pictures whose end is now. False: nothing changed.
  add(second: Second): boolean {
    const at = second.at_s;
    if (this.resolution_s > 1 && at < this.edge_s) return false; // is in the answer already
    if (at < this.from_s) return false;
    // The browser slept: the page asks for all of it again.
    if (at - this.to_s > this.steps * this.resolution_s) return false;
    while (at >= this.to_s) this.move();
    const step = this.at(at);
    if (this.start(step) > this.filling_s) this.filling_s = this.start(step) + (at - this.start(step));
    const cells = new Map(second.rows.filter((row) => row.profile === this.profile).map((row) => [row.channel, row.cells]));
    for (const row of this.rows) {
      const mine = cells.get(row.channel);
      const value = mine === undefined ? 0 : cell(mine, this.unit, this.class);
      const before = row.values[step]!;
      row.values[step] = this.resolution_s === 1 || Number.isNaN(before) ? value : before + value;
    }
    this.edge_s = Math.max(this.edge_s, at + 1);
    this.changes += 1;
    return true;
  }

  private move(): void {
    for (const row of this.rows) {
      row.values.copyWithin(0, 1);
      row.values[this.steps - 1] = NaN;
    }
    this.from_s += this.resolution_s;
  }
}
