// SPDX-License-Identifier: Apache-2.0
// What an exporter sent over time, out of its books: flows that are here, flows missing before us, flows lost in us; steps in which some are
// missing are shaded. In the address: over (1d, 1w, 1mo).
import { go, useAddress } from "../../address";
import type { ExporterBooks, Gap, Series } from "../../api_types";
import { useAsk } from "../../ask";
import { Choice, options } from "../../parts/controls";
import { percent } from "../../parts/format";
import { Num, Swatch } from "../../parts/show";
import { SmallGraph } from "../../parts/small_graph";
import { Answered, Empty } from "../../parts/states";

type Over = "1d" | "1w" | "1mo";
const spans: Record<Over, string> = { "1d": "Day", "1w": "Week", "1mo": "Month" };
const from: Record<Over, string> = { "1d": "-1d", "1w": "-7d", "1mo": "-30d" };
const kEvery_ms = 15_000;

const parts = [
  { counter: "flows_through", text: "flows here", colour: "#56b4e9" },
  { counter: "lost_before_us", text: "lost before us", colour: "#e69f00" },
  { counter: "lost_in_us", text: "lost in us", colour: "#d55e00" },
];

function seriesOf(books: ExporterBooks): Series {
  const { from_s, to_s, resolution_s, newest_s } = books;
  const completeness = (books.values.completeness ?? []).flatMap((ratio, i): Gap[] => {
    if (ratio === null || ratio >= 1) return [];
    const start_s = from_s + i * resolution_s;
    return [{ from_s: start_s, to_s: start_s + resolution_s, ratio, reason: books.values.lost_in_us?.[i] ? "lost in us" : "lost before us" }];
  });
  const rows = parts.map(({ counter, text, colour }, order) => ({
    profile: "",
    channel: text,
    colour,
    sign: "+" as const,
    order,
    values: books.values[counter] ?? [],
    marks: [],
  }));
  return { from_s, to_s, resolution_s, newest_s, unit: "flows", class: "any", rows, completeness };
}

export function BooksGraph({ id, address }: { id: number; address: string }) {
  const { query } = useAddress();
  const over = (Object.keys(spans) as Over[]).find((one) => one === query.get("over")) ?? "1d";
  const answer = useAsk<ExporterBooks>(`/exporters/${id}/books`, { from: from[over], points: 300 }, kEvery_ms);
  return (
    <section class="books" aria-label="Over time">
      <div class="row">
        <h3>Over time</h3>
        <span class="push">
          <Choice label="Span" value={over} options={options(spans)} onChange={(to) => go({ over: to === "1d" ? null : to }, { replace: true })} />
        </span>
      </div>
      <Answered answer={answer} what="Its books" lines={4}>
        {(books) => <Shown series={seriesOf(books)} address={address} />}
      </Answered>
    </section>
  );
}

function Shown({ series, address }: { series: Series; address: string }) {
  const sums = series.rows.map((row) => row.values.reduce<number>((sum, value) => sum + (value ?? 0), 0));
  const all = sums.reduce((a, b) => a + b, 0);
  if (all === 0) return <Empty title="It sent nothing in this time" />;
  return (
    <>
      <SmallGraph series={series} label={`Flows of ${address}, here and lost`} />
      <ul class="legend">
        {series.rows.map((row, i) => (
          <li key={row.channel} class="row">
            <Swatch colour={row.colour} /> {row.channel} <Num value={sums[i]} name="flows" />
          </li>
        ))}
        <li class="push">{percent(sums[0]! / all)} complete</li>
      </ul>
    </>
  );
}
