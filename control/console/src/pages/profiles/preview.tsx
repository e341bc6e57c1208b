// SPDX-License-Identifier: Apache-2.0
// What a filter would have counted, asked of the archive, beside what the channel has counted: before it is saved.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Series, Unit } from "../../api_types";
import { ask } from "../../api";
import { Runner, type Run } from "../../drill/runner";
import { Button, Choice, options } from "../../parts/controls";
import { percent, scaled, unitName } from "../../parts/format";
import { peakOf, SmallGraph } from "../../parts/small_graph";

interface Asked {
  filter: string;
  sources: string[];
  colour: string;
  profile: string;
  channel: string | undefined; // saved under this name
}
type Span = "1h" | "24h";
const kSpan: Record<Span, { seconds: number; resolution: number }> = { "1h": { seconds: 3600, resolution: 10 }, "24h": { seconds: 86_400, resolution: 300 } };
const spans: Record<Span, string> = { "1h": "last hour", "24h": "last day" };
const units: Record<Unit, string> = { bytes: "bit/s", packets: "packets/s", flows: "flows/s" };

export function usePreview(asked: Asked) {
  const [run, setRun] = useState<Run | null>(null);
  const [present, setPresent] = useState<Series>();
  const [span, setSpan] = useState<Span>("1h");
  const [unit, setUnit] = useState<Unit>("bytes");
  const runner = useRef<Runner | undefined>(undefined);
  runner.current ??= new Runner(setRun);
  useEffect(() => () => runner.current!.leave(), []);
  const start = (over: Span = span, of: Unit = unit) => {
    const { seconds, resolution } = kSpan[over];
    const to = Math.floor(Date.now() / 1000 / resolution) * resolution;
    const from = to - seconds;
    const { filter, sources, profile, channel } = asked;
    setPresent(undefined);
    void runner.current!.start(`${filter}${over}`, { kind: "series", filter, from, to, sources: sources.length > 0 ? sources : undefined, resolution, unit: of });
    if (channel !== undefined)
      ask<Series>("/series", { query: { profile, channel, from, to, resolution, unit: of } })
        .then(setPresent)
        .catch(() => undefined); // the preview stands without it
  };
  const change = (over: Span, of: Unit) => {
    setSpan(over);
    setUnit(of);
    if (run !== null) start(over, of);
  };
  return { run, present, span, unit, start, change, cancel: () => void runner.current!.cancel() };
}

export function Preview({ asked, preview }: { asked: Asked; preview: ReturnType<typeof usePreview> }) {
  const { run, present, span, unit } = preview;
  const going = run !== null && !run.ended;
  return (
    <div class="preview">
      <div class="row">
        <Button icon={going ? "stop" : "play"} onClick={going ? preview.cancel : () => preview.start()}>
          {going ? "Cancel" : "Preview"}
        </Button>
        <Choice label="Preview of" value={span} options={options(spans)} onChange={(to) => preview.change(to, unit)} />
        <Choice label="Unit" value={unit} options={options(units)} onChange={(to) => preview.change(span, to)} />
        <span class="note" role="status">
          {going ? `asking the archive … ${percent(run.job?.progress.ratio ?? 0)}` : ""}
        </span>
      </div>
      <Shown run={run} present={present} asked={asked} unit={unit} />
    </div>
  );
}

function Shown({ run, present, asked, unit }: { run: Run | null; present: Series | undefined; asked: Asked; unit: Unit }) {
  if (run === null) return <p class="preview-empty note">What this filter would have counted, out of the archive, before it is saved.</p>;
  if (run.problem !== undefined)
    return (
      <p class="preview-empty bad" role="alert">
        {run.problem.detail}
      </p>
    );
  const found = seriesIn(run, unit, asked.colour);
  if (found === undefined) return <p class="preview-empty note">…</p>;
  const ceiling = Math.max(peakOf(found), present === undefined ? 0 : peakOf(present));
  return (
    <>
      <div class="preview-pair">
        <One title="This filter, out of the archive" series={found} ceiling={ceiling} />
        {asked.channel !== undefined && present !== undefined && <One title={`${asked.channel} as it counts now`} series={present} ceiling={ceiling} />}
      </div>
      {run.answer?.job.partial === true && <p class="note">Partial: {run.answer.job.detail}</p>}
    </>
  );
}

function seriesIn(run: Run, unit: Unit, colour: string): Series | undefined {
  const series = run.answer?.result?.series;
  if (series === undefined) return undefined;
  return { ...series, unit: series.unit ?? unit, rows: series.rows.map((row) => ({ ...row, colour, sign: "+" as const })) };
}

function One({ title, series, ceiling }: { title: string; series: Series; ceiling: number }) {
  return (
    <figure>
      <figcaption>
        <span>{title}</span>
        <span class="faint num">peak {scaled(peakOf(series), unitName(series.unit, true))}</span>
      </figcaption>
      <SmallGraph series={series} label={title} ceiling={ceiling} />
    </figure>
  );
}
