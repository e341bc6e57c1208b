// SPDX-License-Identifier: Apache-2.0
// The graph itself: uPlot for canvas, scales and axes; our own layers, cursor and brush. Moving the cursor or the brush draws nothing anew; a new
// second draws the canvas, and makes no element.
import uPlot from "uplot";
import { layers, type Layers, type Style } from "./layers";
import { timeLines, timeTexts, valueLines, valueText } from "./axes";
import { css, seen, token, type Rgb } from "./colours";
import { area, line, type Place } from "./paths";
import type { Picture } from "./picture";

export interface Span {
  from_s: number;
  to_s: number;
}

export interface Look extends Style {
  off: ReadonlySet<string>;
  small: boolean; // a thumbnail: no axes, no pointer
}

export interface Pointer {
  hover: (step: number | null, mark: string) => void; // `mark`: what is written at the filter's change under the pointer
  slot: (at_s: number) => void;
  brush: (span: Span) => void;
}

const kAxis = 58; // px, of the value axis: the same whatever is written there
const kDrag = 4; // px, more is a brush and no click

export class View {
  private readonly plot: uPlot;
  private readonly hoverLine = document.createElement("div");
  private readonly slotBox = document.createElement("div");
  private readonly brushBox = document.createElement("div");
  private drawn: Layers;
  private colours: { ground: Rgb; text: Rgb; faint: string; grid: string; warn: Rgb; axis: string };
  private slot: number | null = null;
  private mark: Span | null = null;
  private drag: { x: number; moved: boolean; to: number } | null = null;
  private times: Float64Array;

  constructor(
    host: HTMLElement,
    private picture: Picture,
    private look: Look,
    private readonly pointer: Pointer,
    size: { width: number; height: number },
  ) {
    const text = token("--text");
    this.colours = {
      ground: token("--surface"),
      text,
      faint: css(token("--faint")),
      grid: css(token("--grid")),
      warn: token("--warn"),
      axis: css(text, 0.55),
    };
    this.drawn = this.layers();
    this.times = this.timeRow();
    this.plot = new uPlot(this.options(size), [this.times, ...this.drawn.values], host);
    this.overlays();
  }

  destroy(): void {
    this.plot.destroy();
  }

  resize(size: { width: number; height: number }): void {
    this.plot.setSize(size);
    this.placeOverlays();
  }

  // The picture moved on, or another of the same rows came.
  refresh(picture: Picture): void {
    this.picture = picture;
    this.drawn = this.layers();
    this.times = this.timeRow();
    this.plot.batch(() => {
      this.plot.setData([this.times, ...this.drawn.values], false);
      this.plot.setScale("x", { min: picture.from_s, max: picture.to_s });
      this.plot.setScale("y", { min: this.drawn.limits[0], max: this.drawn.limits[1] });
    });
    this.placeOverlays();
  }

  select(slot: number | null, mark: Span | null): void {
    this.slot = slot;
    this.mark = mark;
    this.placeOverlays();
  }

  private layers(): Layers {
    return layers(this.picture, (channel) => !this.look.off.has(channel), this.look);
  }

  private timeRow(): Float64Array {
    return Float64Array.from({ length: this.picture.steps }, (_, i) => this.picture.start(i));
  }

  private options(size: { width: number; height: number }): uPlot.Options {
    const { colours, look } = this;
    const axis = { stroke: colours.faint, font: "11px system-ui, sans-serif", grid: { stroke: colours.grid, width: 1 }, ticks: { show: false } };
    return {
      ...size,
      padding: look.small ? [2, 0, 2, 0] : [10, 12, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      select: { show: false, left: 0, top: 0, width: 0, height: 0 },
      scales: {
        x: { time: true, range: () => [this.picture.from_s, this.picture.to_s] },
        y: { auto: false, range: () => this.drawn.limits },
      },
      axes: [
        {
          ...axis,
          show: !look.small,
          size: 36,
          gap: 4,
          splits: (u) => timeLines(u.scales.x!.min!, u.scales.x!.max!, u.bbox.width / devicePixelRatio),
          values: (_, lines) => timeTexts(lines),
        },
        {
          ...axis,
          show: !look.small,
          size: kAxis,
          gap: 6,
          splits: (u) => valueLines(this.drawn.limits[0], this.drawn.limits[1], u.bbox.height / devicePixelRatio, look.log),
          values: (_, lines) => lines.map((value) => valueText(value, this.drawn.low, look.log)),
        },
      ],
      series: [{}, ...this.drawn.rows.map((row) => this.series(row.colour))],
      hooks: { drawAxes: [() => this.drawGaps()], draw: [() => this.drawAbove()] },
    };
  }

  private series(colour: string): uPlot.Series {
    const rgb = seen(colour, this.colours.ground, this.colours.text, this.look.lines ? 1.5 : 1.15);
    return {
      width: this.look.lines ? 1.5 : 0,
      stroke: css(rgb),
      fill: this.look.lines ? undefined : css(rgb),
      points: { show: false },
      paths: (u, index) => {
        const place = this.place(u);
        const values = u.data[index] as Float64Array;
        if (this.look.lines) return { stroke: line(values, place), fill: null, clip: null, flags: 1 };
        return { stroke: null, fill: area(values, place), clip: null, flags: 1 };
      },
    };
  }

  private place(u: uPlot): Place {
    const { left, width, top, height } = u.bbox;
    const [min, max] = this.drawn.limits;
    const step = width / this.picture.steps;
    return { x: (i) => left + i * step, y: (v) => top + ((max - v) / (max - min)) * height, steps: this.picture.steps };
  }

  private xAt(u: uPlot, at_s: number): number {
    const { left, width } = u.bbox;
    const share = (at_s - this.picture.from_s) / (this.picture.to_s - this.picture.from_s);
    return Math.round(left + Math.max(0, Math.min(1, share)) * width);
  }

  // Where something was lost: shaded behind the data, with a bar at the top that no data cover.
  private drawGaps(): void {
    const u = this.plot;
    u.ctx.save(); // uPlot remembers what colour it has set
    for (const gap of this.picture.gaps) {
      if (gap.to_s <= this.picture.from_s || gap.from_s >= this.picture.to_s) continue;
      const off = gap.reason === "not running";
      const colour = off ? this.colours.text : this.colours.warn;
      const x = this.xAt(u, gap.from_s);
      const width = Math.max(devicePixelRatio, this.xAt(u, gap.to_s) - x);
      u.ctx.fillStyle = css(colour, off ? 0.07 : 0.08 + 0.3 * (1 - gap.ratio));
      u.ctx.fillRect(x, u.bbox.top, width, u.bbox.height);
    }
    u.ctx.restore();
  }

  private drawAbove(): void {
    const u = this.plot;
    const { ctx, bbox } = u;
    const pixel = devicePixelRatio;
    ctx.save();
    for (const gap of this.picture.gaps) {
      if (gap.reason === "not running" || gap.to_s <= this.picture.from_s || gap.from_s >= this.picture.to_s) continue;
      const x = this.xAt(u, gap.from_s);
      ctx.fillStyle = css(this.colours.warn);
      ctx.fillRect(x, bbox.top - 4 * pixel, Math.max(2 * pixel, this.xAt(u, gap.to_s) - x), 3 * pixel);
    }
    ctx.fillStyle = this.colours.axis;
    ctx.fillRect(bbox.left, Math.round(this.place(u).y(0)), bbox.width, pixel);
    this.drawMarks(ctx, bbox, pixel);
    ctx.restore();
  }

  private drawMarks(ctx: CanvasRenderingContext2D, bbox: uPlot.BBox, pixel: number): void {
    ctx.strokeStyle = ctx.fillStyle = css(this.colours.text);
    ctx.lineWidth = pixel;
    ctx.setLineDash([3 * pixel, 3 * pixel]);
    for (const row of this.drawn.rows) {
      for (const { at_s } of row.marks) {
        if (at_s < this.picture.from_s || at_s > this.picture.to_s) continue;
        const x = this.xAt(this.plot, at_s) + pixel / 2;
        ctx.beginPath();
        ctx.moveTo(x, bbox.top);
        ctx.lineTo(x, bbox.top + bbox.height);
        ctx.stroke();
        ctx.beginPath();
        ctx.moveTo(x - 4 * pixel, bbox.top - 2 * pixel);
        ctx.lineTo(x + 4 * pixel, bbox.top - 2 * pixel);
        ctx.lineTo(x, bbox.top + 5 * pixel);
        ctx.fill();
      }
    }
  }

  // --- cursor and brush: elements above the canvas

  private overlays(): void {
    if (this.look.small) return;
    this.hoverLine.className = "chart-hover";
    this.slotBox.className = "chart-slot";
    this.brushBox.className = "chart-brush";
    const over = this.plot.over;
    over.append(this.brushBox, this.slotBox, this.hoverLine);
    over.addEventListener("pointerdown", (event) => this.down(event));
    over.addEventListener("pointermove", (event) => this.moved(event));
    over.addEventListener("pointerup", (event) => this.up(event));
    over.addEventListener("pointercancel", () => this.cancel());
    over.addEventListener("pointerleave", () => this.hover(null));
    this.placeOverlays();
  }

  private inside(event: PointerEvent): number {
    const box = this.plot.over.getBoundingClientRect();
    return Math.max(0, Math.min(box.width - 0.01, event.clientX - box.left));
  }

  private step(x: number): number {
    return Math.floor((x / this.plot.over.clientWidth) * this.picture.steps);
  }

  private pixels(at_s: number): number {
    const share = (at_s - this.picture.from_s) / (this.picture.to_s - this.picture.from_s);
    return Math.max(0, Math.min(1, share)) * this.plot.over.clientWidth;
  }

  private hover(x: number | null): void {
    this.hoverLine.classList.toggle("on", x !== null);
    if (x === null) return this.pointer.hover(null, "");
    const step = this.step(x);
    const middle = (this.pixels(this.picture.start(step)) + this.pixels(this.picture.start(step + 1))) / 2;
    this.hoverLine.style.setProperty("transform", `translateX(${Math.round(middle)}px)`);
    const near = this.drawn.rows.flatMap((row) => row.marks.filter((mark) => Math.abs(this.pixels(mark.at_s) - x) < 6).map((mark) => `${row.channel}: ${mark.text}`));
    this.pointer.hover(step, near.join("; "));
  }

  private down(event: PointerEvent): void {
    if (event.button !== 0) return;
    const x = this.inside(event);
    this.drag = { x, moved: false, to: x };
    this.plot.over.setPointerCapture(event.pointerId);
  }

  private moved(event: PointerEvent): void {
    const x = this.inside(event);
    this.hover(x);
    if (this.drag === null) return;
    this.drag.to = x;
    this.drag.moved ||= Math.abs(x - this.drag.x) > kDrag;
    if (this.drag.moved) this.placeBox(this.brushBox, this.dragged(this.drag));
  }

  private dragged(drag: { x: number; to: number }): Span {
    const [from, to] = [this.step(Math.min(drag.x, drag.to)), this.step(Math.max(drag.x, drag.to))];
    return { from_s: this.picture.start(from), to_s: this.picture.start(to + 1) };
  }

  private up(event: PointerEvent): void {
    const drag = this.drag;
    this.drag = null;
    if (drag === null) return;
    if (drag.moved) this.pointer.brush(this.dragged(drag));
    else this.pointer.slot(this.picture.start(this.step(this.inside(event))));
    if (event.pointerType === "touch") this.hover(null);
  }

  private cancel(): void {
    this.drag = null;
    this.placeOverlays();
  }

  private placeBox(box: HTMLElement, span: Span | null): void {
    const on = span !== null && span.to_s > this.picture.from_s && span.from_s < this.picture.to_s;
    box.classList.toggle("on", on);
    if (!on) return;
    const left = this.pixels(span.from_s);
    box.style.setProperty("left", `${left}px`);
    box.style.setProperty("width", `${Math.max(1, this.pixels(span.to_s) - left)}px`);
  }

  private placeOverlays(): void {
    if (this.look.small) return;
    const slot = this.slot;
    this.placeBox(this.slotBox, slot === null ? null : { from_s: slot, to_s: slot + this.picture.resolution_s });
    if (this.drag?.moved !== true) this.placeBox(this.brushBox, this.mark);
  }
}
