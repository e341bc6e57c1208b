// SPDX-License-Identifier: Apache-2.0
// A channel's colour: a palette whose neighbours are told apart in both themes and by colour-blind eyes, or any other.
import { Field } from "../../parts/controls";

// Okabe and Ito's eight without black, then lighter and darker ones between them.
export const palette = [
  ["#e69f00", "orange"],
  ["#56b4e9", "sky"],
  ["#009e73", "green"],
  ["#f0e442", "yellow"],
  ["#0072b2", "blue"],
  ["#d55e00", "vermilion"],
  ["#cc79a7", "rose"],
  ["#8c6bb1", "violet"],
  ["#b0d02c", "lime"],
  ["#17becf", "cyan"],
  ["#a6761d", "brown"],
  ["#7f7f7f", "grey"],
] as const;

// The first that no channel has.
export function freeColour(taken: string[]): string {
  const used = new Set(taken.map((colour) => colour.toLowerCase()));
  return palette.find(([colour]) => !used.has(colour))?.[0] ?? palette[taken.length % palette.length]![0];
}

export function ColourField({ value, error, change }: { value: string; error?: string; change: (colour: string) => void }) {
  const whole = /^#[0-9a-f]{6}$/i.test(value);
  return (
    <Field label="Colour" error={error}>
      {(attributes) => (
        <div class="colour">
          <div class="palette" role="group" aria-label="Palette">
            {palette.map(([colour, name]) => (
              <button
                key={colour}
                type="button"
                class="palette-colour"
                style={{ "--colour": colour }}
                aria-label={name}
                title={name}
                aria-pressed={colour === value.toLowerCase()}
                onClick={() => change(colour)}
              />
            ))}
          </div>
          <input type="color" aria-label="Another colour" value={whole ? value : "#000000"} onInput={(event) => change(event.currentTarget.value)} />
          <input {...attributes} class="input mono colour-text" spellcheck={false} maxLength={7} value={value} onInput={(event) => change(event.currentTarget.value)} />
        </div>
      )}
    </Field>
  );
}
