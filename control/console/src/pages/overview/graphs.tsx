// SPDX-License-Identifier: Apache-2.0
// Every profile as a small graph that leads to its page. Asked for when it comes into sight, and again as often as a new point is due.
import { useEffect, useRef, useState } from "preact/hooks";
import { link } from "../../address";
import type { Profile, Second, Series, Unit } from "../../api_types";
import { useAsk } from "../../ask";
import { useSecond } from "../../live";
import { asRate, scaled, unitName } from "../../parts/format";
import { peakOf, SmallGraph } from "../../parts/small_graph";
import * as time from "../../parts/time";
import { Empty } from "../../parts/states";

export const spans = [
  { value: "1d", text: "Day", from: "-1d", again_ms: 60_000 },
  { value: "1w", text: "Week", from: "-7d", again_ms: 300_000 },
  { value: "1mo", text: "Month", from: "-30d", again_ms: 900_000 },
  { value: "1y", text: "Year", from: "-365d", again_ms: 3_600_000 },
] as const;
export type SpanEntry = (typeof spans)[number];

const kMostLive = 60; // profiles that are followed each second: more would make the stream heavy

const kUntilFirst_ms = 5_000; // a new collector's first step is seen soon

const cellOf: Record<Unit, number> = { flows: 0, packets: 1, bytes: 2 };

// Each second's rate of each profile, of the channels above the axis.
function useNow(profiles: Profile[], unit: Unit): ReadonlyMap<string, number> {
  const [second, set] = useState<Second>();
  const followed = profiles.slice(0, kMostLive);
  useSecond(
    followed.map((profile) => profile.name),
    set,
  );
  const above = new Set(followed.flatMap((p) => p.channels.filter((c) => c.sign === "+").map((c) => `${p.name}/${c.name}`)));
  const rates = new Map<string, number>();
  if (second === undefined) return rates;
  for (const profile of followed) rates.set(profile.name, 0);
  for (const row of second.rows) {
    if (!above.has(`${row.profile}/${row.channel}`)) continue;
    let sum = rates.get(row.profile) ?? 0;
    for (let i = cellOf[unit]; i < row.cells.length; i += 3) sum += asRate(unit, row.cells[i]!, 1);
    rates.set(row.profile, sum);
  }
  return rates;
}

// "since 21:08": where most of the span is before the first step that was counted.
function since(series: Series): string {
  const steps = series.rows[0]?.values.length ?? 0;
  let first = 0;
  while (first < steps && series.rows.every((row) => row.values[first] === null)) first += 1;
  const at_s = series.from_s + first * series.resolution_s;
  if (first * 2 < steps) return "";
  return `since ${time.date(at_s) === time.date(series.to_s) ? time.clock(at_s, false) : time.date(at_s)}, `;
}

export function Graphs({ profiles, span, unit }: { profiles: Profile[]; span: SpanEntry; unit: Unit }) {
  const now = useNow(profiles, unit);
  return (
    <ul class="graphs">
      {profiles.map((profile) => (
        <li key={profile.name}>
          <Card profile={profile} span={span} unit={unit} now={now.get(profile.name)} />
        </li>
      ))}
    </ul>
  );
}

function useSeen() {
  const box = useRef<HTMLAnchorElement>(null);
  const [seen, set] = useState(false);
  useEffect(() => {
    const watch = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) set(true);
      },
      { rootMargin: "200px" },
    );
    if (box.current !== null) watch.observe(box.current);
    return () => watch.disconnect();
  }, []);
  return { box, seen };
}

function Card({ profile, span, unit, now }: { profile: Profile; span: SpanEntry; unit: Unit; now: number | undefined }) {
  const { box, seen } = useSeen();
  const asks = seen && profile.channels.length > 0;
  const [counted, setCounted] = useState(false);
  const again_ms = counted ? span.again_ms : kUntilFirst_ms;
  const answer = useAsk<Series>(asks ? "/series" : undefined, { profile: profile.name, from: span.from, points: 300, unit }, again_ms);
  const query = { profile: profile.name, span: span.value, ...(unit === "bytes" ? {} : { unit }) };
  const name = unitName(unit, true);
  const empty = answer.data !== undefined && !answer.data.rows.some((row) => row.values.some((value) => value !== null));
  useEffect(() => setCounted(answer.data !== undefined && !empty), [answer.data]);
  return (
    <a ref={box} class={`panel graph-card${answer.failure !== undefined && answer.data !== undefined ? " old" : ""}`} href={link(profile.name === "live" ? "/live" : "/", query)}>
      <span class="graph-head">
        <strong>{profile.name}</strong>
        <span class="num">{scaled(now, name)}</span>
      </span>
      <span class="graph-place">
        {answer.data !== undefined && !empty && <SmallGraph series={answer.data} label={profile.name} />}
        {profile.channels.length === 0 && <Empty title="No channel yet" />}
        {empty && <Empty title="Nothing counted in this time" />}
        {answer.data === undefined && answer.failure !== undefined && <span class="bad">{answer.failure.problem.detail}</span>}
        {answer.data === undefined && answer.failure === undefined && asks && <span class="bone graph-bone" />}
      </span>
      <span class="graph-foot">
        <span>{profile.description}</span>
        <span class="num">{answer.data === undefined || empty ? "" : `${since(answer.data)}peak ${scaled(peakOf(answer.data), name)}`}</span>
      </span>
    </a>
  );
}
