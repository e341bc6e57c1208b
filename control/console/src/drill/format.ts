// SPDX-License-Identifier: Apache-2.0
// Figures with at most four digits and a scale of thousands.

export function scaled(value: number, unit: string): string {
  const scales = ["", "k", "M", "G", "T", "P", "E"];
  let step = 0;
  let rest = Math.abs(value);
  while (rest >= 999.5 && step + 1 < scales.length) {
    rest /= 1000;
    step += 1;
  }
  const digits = step === 0 ? (Number.isInteger(rest) ? 0 : 1) : rest >= 99.95 ? 0 : rest >= 9.995 ? 1 : 2;
  const sign = value < 0 ? "-" : "";
  const behind = `${scales[step]}${unit}`;
  return `${sign}${rest.toFixed(digits)}${behind === "" ? "" : `\u202f${behind}`}`;
}
