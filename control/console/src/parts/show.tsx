// SPDX-License-Identifier: Apache-2.0
// Numbers and times as elements: figures of one width, everything on hover.
import { full, scale } from "./format";
import * as time from "./time";

// A scaled number whose prefix has a place of its own, so that a column of them stands straight.
export function Num({ value, unit = "", name }: { value: number | null | undefined; unit?: string; name?: string }) {
  if (value === null || value === undefined) return <span class="num none">–</span>;
  const { digits, prefix } = scale(value);
  return (
    <span class="num" title={full(value, name ?? unit)}>
      {digits}
      <i>
        {prefix}
        {unit}
      </i>
    </span>
  );
}

export function Time({ at, seconds = true, day = true }: { at: number; seconds?: boolean; day?: boolean }) {
  return (
    <time dateTime={new Date(at * 1000).toISOString()} title={time.local(at)}>
      {day ? time.stamp(at, seconds) : time.clock(at, seconds)}
    </time>
  );
}

export function Swatch({ colour }: { colour: string }) {
  return <span class="swatch" aria-hidden="true" style={{ "--colour": colour }} />;
}

// A share as a bar behind nothing: 0 to 1.
export function Bar({ ratio, colour }: { ratio: number; colour?: string }) {
  const style: Record<string, string> = { "--ratio": String(Math.max(0, Math.min(1, ratio))) };
  if (colour !== undefined) style["--colour"] = colour;
  return <span class="bar" aria-hidden="true" style={style} />;
}
