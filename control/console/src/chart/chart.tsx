// SPDX-License-Identifier: Apache-2.0
// A graph of a picture. Its height is given, its width is that of its place.
import { useEffect, useMemo, useRef } from "preact/hooks";
import { dark } from "../frame/theme";
import { useShared } from "../shared";
import type { Picture } from "./picture";
import { View, type Look, type Pointer, type Span } from "./view";
import "uplot/dist/uPlot.min.css";
import "./chart.css";

export interface ChartProps {
  picture: Picture;
  changes: number; // picture.changes: a new number draws it anew
  label: string; // what it shows, for those who do not see it
  height: number;
  lines?: boolean;
  log?: boolean;
  off?: ReadonlySet<string>; // channels that are not drawn
  small?: boolean;
  slot?: number | null;
  mark?: Span | null;
  onHover?: Pointer["hover"];
  onSlot?: Pointer["slot"];
  onBrush?: Pointer["brush"];
}

const none: ReadonlySet<string> = new Set();

export function Chart(props: ChartProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<View | null>(null);
  const drawn = useRef<[Picture, number] | null>(null); // the view has drawn this
  const now = useRef(props);
  now.current = props;
  const isDark = useShared(dark);
  const off = props.off ?? none;
  const rows = props.picture.rows.map((row) => row.channel + row.colour + row.sign).join("\n");
  const shape = [rows, [...off].join("\n"), props.lines, props.log, props.small, props.height, props.picture.steps, isDark].join("|");
  const pointer = useMemo<Pointer>(
    () => ({
      hover: (step, mark) => now.current.onHover?.(step, mark),
      slot: (at) => now.current.onSlot?.(at),
      brush: (span) => now.current.onBrush?.(span),
    }),
    [],
  );
  useEffect(() => {
    const element = host.current!;
    const look: Look = { lines: props.lines === true, log: props.log === true, small: props.small === true, off };
    const size = () => ({ width: Math.max(120, element.clientWidth), height: props.height });
    const mine = new View(element, now.current.picture, look, pointer, size());
    mine.select(now.current.slot ?? null, now.current.mark ?? null);
    view.current = mine;
    drawn.current = [now.current.picture, now.current.changes];
    const watch = new ResizeObserver(() => mine.resize(size()));
    watch.observe(element);
    return () => {
      watch.disconnect();
      mine.destroy();
      view.current = null;
    };
  }, [shape]);
  useEffect(() => {
    if (drawn.current?.[0] === props.picture && drawn.current[1] === props.changes) return;
    view.current?.refresh(props.picture);
    drawn.current = [props.picture, props.changes];
  }, [props.picture, props.changes]);
  useEffect(() => {
    view.current?.select(props.slot ?? null, props.mark ?? null);
  }, [props.slot, props.mark?.from_s, props.mark?.to_s]);
  return (
    <div
      ref={host}
      class={props.small === true ? "chart small" : "chart"}
      role="img"
      aria-label={props.label}
      style={{ "--height": `${props.height}px` }}
    />
  );
}
