// SPDX-License-Identifier: Apache-2.0
// Which numbers a graph draws: rates, stacked away from the axis on both sides, or each for itself.
import { floor, limits, logarithm, type Heights } from "./axes";
import type { Picture, PictureRow } from "./picture";

export interface Style {
  lines: boolean; // else stacked areas
  log: boolean;
}

export interface Layers {
  rows: PictureRow[]; // in the order of drawing: the farthest from the axis first, so that the nearer ones cover it
  values: Float64Array[]; // of each of `rows`, in the axis' measure
  limits: [number, number];
  low: number; // of a logarithmic axis
}

export function layers(picture: Picture, shown: (channel: string) => boolean, style: Style): Layers {
  const rows = picture.rows.filter((row) => shown(row.channel)).reverse();
  const sums = { "+": new Float64Array(picture.steps), "-": new Float64Array(picture.steps) };
  const heights: Heights = { up: 0, down: 0 };
  const values: Float64Array[] = [];
  // From the axis outwards.
  for (let r = rows.length - 1; r >= 0; r -= 1) {
    const row = rows[r]!;
    const mirrored = row.sign === "-" ? -1 : 1;
    const sum = sums[row.sign];
    const drawn = new Float64Array(picture.steps);
    for (let i = 0; i < picture.steps; i += 1) {
      const value = picture.rate(row, i);
      if (!style.lines && !Number.isNaN(value)) sum[i]! += value;
      const height = style.lines ? value : Number.isNaN(value) && sum[i] === 0 ? NaN : sum[i]!;
      drawn[i] = mirrored * height;
      if (height > heights[mirrored > 0 ? "up" : "down"]) heights[mirrored > 0 ? "up" : "down"] = height;
    }
    values[r] = drawn;
  }
  const low = floor(heights);
  if (style.log) for (const drawn of values) for (let i = 0; i < drawn.length; i += 1) drawn[i] = logarithm(drawn[i]!, low);
  return { rows, values, limits: limits(heights, style.log), low };
}
