// SPDX-License-Identifier: Apache-2.0
// Rows of numbers as areas and lines of steps, for the canvas. Where several steps share a column of pixels the farthest from the axis is drawn:
// a peak is never lost, and a year costs no more than an hour.

export interface Place {
  x: (index: number) => number; // of the beginning of a step, in pixels of the canvas; index may be one past the last
  y: (value: number) => number;
  steps: number;
}

// What was not counted is NaN and leaves a gap.
export function columns(values: ArrayLike<number>, place: Place, take: (x0: number, x1: number, value: number) => void): void {
  let begin = Math.round(place.x(0));
  let far = NaN;
  for (let i = 0; i < place.steps; i += 1) {
    const value = values[i]!;
    if (Number.isNaN(far) || Math.abs(value) > Math.abs(far)) far = value;
    const end = Math.round(place.x(i + 1));
    if (end <= begin) continue;
    take(begin, end, far);
    begin = end;
    far = NaN;
  }
}

export function area(values: ArrayLike<number>, place: Place): Path2D {
  const path = new Path2D();
  const zero = place.y(0);
  let open = false;
  let last = 0;
  columns(values, place, (x0, x1, value) => {
    if (Number.isNaN(value)) {
      if (open) path.lineTo(last, zero);
      open = false;
      return;
    }
    const y = place.y(value);
    if (!open) path.moveTo(x0, zero);
    path.lineTo(x0, y);
    path.lineTo(x1, y);
    open = true;
    last = x1;
  });
  if (open) path.lineTo(last, zero);
  return path;
}

export function line(values: ArrayLike<number>, place: Place): Path2D {
  const path = new Path2D();
  let open = false;
  columns(values, place, (x0, x1, value) => {
    if (Number.isNaN(value)) {
      open = false;
      return;
    }
    const y = place.y(value);
    if (open) path.lineTo(x0, y);
    else path.moveTo(x0, y);
    path.lineTo(x1, y);
    open = true;
  });
  return path;
}
