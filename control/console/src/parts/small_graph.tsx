// SPDX-License-Identifier: Apache-2.0
// A series as a small stacked picture without axes: for a glance, and beside another. Drawn on a canvas, so that a hundred of them cost little.
import { useEffect, useRef } from "preact/hooks";
import type { Series, SeriesRow } from "../api_types";
import { css, seen, token } from "../chart/colours";
import { dark } from "../frame/theme";
import { useShared } from "../shared";
import { asRate, scaled, unitName } from "./format";
import * as time from "./time";
import "./small.css";

const kSeen = 1.35; // contrast of an area to the ground, at least

interface Stack {
  row: SeriesRow;
  low: Float64Array;
  high: Float64Array;
}

function stacked(series: Series): { stacks: Stack[]; top: number; bottom: number } {
  const steps = series.rows[0]?.values.length ?? 0;
  const up = new Float64Array(steps);
  const down = new Float64Array(steps);
  const stacks = series.rows.map((row) => {
    const sum = row.sign === "+" ? up : down;
    const low = sum.slice();
    row.values.forEach((value, i) => (sum[i]! += (row.sign === "+" ? 1 : -1) * (value ?? 0)));
    return { row, low, high: sum.slice() };
  });
  return { stacks, top: Math.max(0, ...up), bottom: Math.min(0, ...down) };
}

// `ceiling`: of two pictures on one scale, the higher one's (rates).
function draw(canvas: HTMLCanvasElement, series: Series, ceiling: number): void {
  const { width, height } = canvas.getBoundingClientRect();
  const density = devicePixelRatio || 1;
  canvas.width = Math.round(width * density);
  canvas.height = Math.round(height * density);
  const pen = canvas.getContext("2d");
  const { stacks, top, bottom } = stacked(series);
  const steps = stacks[0]?.low.length ?? 0;
  if (pen === null || steps === 0) return;
  const style = getComputedStyle(canvas);
  const most = Math.max(top, ceiling * series.resolution_s, 1e-9);
  const span = most - bottom;
  const x = (i: number) => (i / Math.max(steps - 1, 1)) * canvas.width;
  const y = (value: number) => ((most - value) / span) * (canvas.height - 2) + 1;
  for (const gap of series.completeness) {
    const at = (s: number) => ((s - series.from_s) / Math.max(series.to_s - series.from_s, 1)) * canvas.width;
    pen.fillStyle = style.getPropertyValue("--gap");
    pen.fillRect(at(gap.from_s), 0, Math.max(1, at(gap.to_s) - at(gap.from_s)), canvas.height);
  }
  const [ground, text] = [token("--surface"), token("--text")];
  for (const { row, low, high } of stacks) {
    pen.fillStyle = css(seen(row.colour, ground, text, kSeen));
    pen.beginPath();
    for (let i = 0; i < steps; ++i) pen.lineTo(x(i), y(high[i]!));
    for (let i = steps - 1; i >= 0; --i) pen.lineTo(x(i), y(low[i]!));
    pen.fill();
  }
  pen.fillStyle = style.color;
  pen.fillRect(0, Math.round(y(0)), canvas.width, density);
}

// The highest step of the sum of what stands above the axis, as a rate; bytes as bits.
export function peakOf(series: Series): number {
  return asRate(series.unit, stacked(series).top, series.resolution_s);
}

export function SmallGraph({ series, label, ceiling = 0 }: { series: Series; label: string; ceiling?: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useShared(dark);
  useEffect(() => {
    const element = canvas.current!;
    const scale = ceiling / (series.unit === "bytes" ? 8 : 1);
    const watch = new ResizeObserver(() => draw(element, series, scale));
    watch.observe(element);
    return () => watch.disconnect();
  }, [series, theme, ceiling]);
  const peak = scaled(peakOf(series), unitName(series.unit, true));
  return <canvas ref={canvas} class="small-graph" role="img" aria-label={`${label}, ${time.span(series.from_s, series.to_s)} UTC, peak ${peak}`} />;
}
