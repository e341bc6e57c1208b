// SPDX-License-Identifier: Apache-2.0
// Colours for the canvas, which knows no custom properties; and channels' colours, that stay as the operator chose them unless they cannot be
// seen on the ground at all.

export type Rgb = [number, number, number];

const probe = document.createElement("span");

// What a colour of tokens.css comes to at the moment.
export function token(name: string): Rgb {
  if (!probe.isConnected) {
    probe.hidden = true;
    document.body.append(probe);
  }
  probe.style.setProperty("color", `var(${name})`);
  const parts = /(\d+(?:\.\d+)?)[, ]+(\d+(?:\.\d+)?)[, ]+(\d+(?:\.\d+)?)/.exec(getComputedStyle(probe).color);
  return parts === null ? [128, 128, 128] : [Number(parts[1]), Number(parts[2]), Number(parts[3])];
}

export function css([r, g, b]: Rgb, alpha = 1): string {
  return `rgb(${Math.round(r)} ${Math.round(g)} ${Math.round(b)} / ${alpha})`;
}

function hex(colour: string): Rgb {
  const n = /^#[0-9a-f]{6}$/i.test(colour) ? parseInt(colour.slice(1), 16) : 0x808080;
  return [n >> 16, (n >> 8) & 255, n & 255];
}

function luminance(colour: Rgb): number {
  const [r, g, b] = colour.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4)) as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: Rgb, b: Rgb): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

function mix(a: Rgb, b: Rgb, share: number): Rgb {
  return a.map((c, i) => c + (b[i]! - c) * share) as Rgb;
}

// `enough`: an area is seen with less than a line.
export function seen(colour: string, ground: Rgb, text: Rgb, enough: number): Rgb {
  let result = hex(colour);
  for (let i = 0; i < 12 && contrast(result, ground) < enough; i += 1) result = mix(result, text, 0.08);
  return result;
}
