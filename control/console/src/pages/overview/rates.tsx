// SPDX-License-Identifier: Apache-2.0
// What comes in, second by second, with the last two minutes beside it.
import { useState } from "preact/hooks";
import type { Second } from "../../api_types";
import { useSecond } from "../../live";
import { Num } from "../../parts/show";

const kSeconds = 120;

interface Moment {
  datagrams: number;
  flows: number;
  bits: number; // of the traffic that the flows tell of
  lost: number;
}
const names: { id: keyof Moment; title: string; unit: string; hint: string }[] = [
  { id: "datagrams", title: "Datagrams", unit: "/s", hint: "Datagrams that exporters sent" },
  { id: "flows", title: "Flows", unit: "/s", hint: "Flows in them" },
  { id: "bits", title: "Traffic", unit: "bit/s", hint: "Traffic that the flows tell of, over all sources" },
  { id: "lost", title: "Lost in us", unit: "flows/s", hint: "Flows that came and could not be kept" },
];

const past: Moment[] = []; // kept while one looks at other pages

function bytesOf(second: Second): number {
  let bytes = 0;
  for (const row of second.rows) if (row.profile === "live") for (let i = 2; i < row.cells.length; i += 3) bytes += row.cells[i]!;
  return bytes;
}

export function Rates() {
  const [, draw] = useState(0);
  useSecond(["live"], (second) => {
    past.push({ datagrams: second.datagrams, flows: second.flows, bits: 8 * bytesOf(second), lost: second.lost });
    if (past.length > kSeconds) past.shift();
    draw(second.at_s);
  });
  const now = past.at(-1);
  return (
    <section class="rates" aria-label="What comes in">
      {names.map(({ id, title, unit, hint }) => (
        <div key={id} class="panel rate" title={hint}>
          <h2>{title}</h2>
          <p class={id === "lost" && (now?.lost ?? 0) > 0 ? "bad" : undefined}>
            <Num value={now?.[id]} unit={unit} />
          </p>
          <Sparkline values={past.map((moment) => moment[id])} />
        </div>
      ))}
    </section>
  );
}

function Sparkline({ values }: { values: number[] }) {
  const most = Math.max(...values, 1e-9);
  const points = values.map((value, i) => `${kSeconds - values.length + i},${(27 - (25 * value) / most).toFixed(1)}`).join(" ");
  return (
    <svg class="sparkline" viewBox={`0 0 ${kSeconds} 28`} preserveAspectRatio="none" aria-hidden="true">
      <polyline points={points} />
    </svg>
  );
}
