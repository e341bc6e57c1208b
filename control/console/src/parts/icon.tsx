// SPDX-License-Identifier: Apache-2.0
// Small pictures, drawn with the text's colour on a grid of 16.
const paths = {
  left: "M10 3 5 8l5 5",
  right: "M6 3l5 5-5 5",
  newest: "M4 3l5 5-5 5M12 3v10",
  plus: "M8 3v10M3 8h10",
  minus: "M3 8h10",
  close: "M4 4l8 8M12 4l-8 8",
  down: "M3 6l5 5 5-5",
  up: "M3 10l5-5 5 5",
  peak: "M2 13l4-9 3 6 2-3 3 6",
  check: "M3 8.5 6.5 12 13 4.5",
  edit: "M3 13l1-4 7-7 3 3-7 7z",
  copy: "M5.5 5.5h8v8h-8zM10.5 5V2.5h-8v8H5",
  link: "M7 9a3 3 0 0 0 4.2 0l2-2A3 3 0 0 0 9 2.8l-1 1M9 7a3 3 0 0 0-4.2 0l-2 2A3 3 0 0 0 7 13.2l1-1",
  search: "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9M10.3 10.3 14 14",
  warning: "M8 2 1.5 13.5h13zM8 6.5v3.5M8 11.5v.6",
  info: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12M8 7.2V11M8 5v.6",
  sun: "M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6M8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1",
  moon: "M13 9.5A5.5 5.5 0 1 1 6.5 3 4.5 4.5 0 0 0 13 9.5",
  system: "M2 3h12v8H2zM6 14h4M8 11v3",
  keyboard: "M1.5 4h13v8h-13zM4 6.5h.5M7 6.5h.5M10 6.5h.5M5 9.5h6",
  menu: "M2 4h12M2 8h12M2 12h12",
  user: "M8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6M2.5 14a5.5 5.5 0 0 1 11 0",
  play: "M5 3l8 5-8 5z",
  stop: "M4 4h8v8H4z",
  trash: "M3 4.5h10M6.5 4V2.5h3V4M4.5 4.5l.5 9h6l.5-9",
};
export type IconName = keyof typeof paths;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}
