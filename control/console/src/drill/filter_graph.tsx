// SPDX-License-Identifier: Apache-2.0
// The course of a filter that no channel counts, out of the archive: over the span of the graph above, in its unit.
import { useEffect, useMemo } from "preact/hooks";
import type { Question, Series } from "../api_types";
import { Chart } from "../chart/chart";
import { Picture } from "../chart/picture";
import { now_s } from "../live";
import { Button } from "../parts/controls";
import { scaled, unitName } from "../parts/format";
import { Empty, Loading } from "../parts/states";
import { span } from "../parts/time";
import { Running } from "./progress";
import { type Window, keyOf } from "./question";
import { useRunner } from "./use_drill";

const height = 180;

function peakOf(picture: Picture): string {
  const step = picture.peak(picture.rows);
  if (step < 0) return "";
  const value = picture.rows.reduce((sum, row) => sum + (picture.rate(row, step) || 0), 0);
  return `peak ${scaled(value, unitName(picture.unit, true))} at ${span(picture.start(step), picture.start(step + 1))}`;
}

function Drawn({ series, filter, mark }: { series: Series; filter: string; mark: Window | null }) {
  const picture = useMemo(() => new Picture(series, "", now_s()), [series]);
  if (picture.rows.length === 0 || picture.peak(picture.rows) < 0) return <Empty title="No flow of the archive is like this in that time" />;
  return (
    <>
      <p class="faint">
        {span(picture.from_s, picture.to_s)} UTC, {peakOf(picture)}
      </p>
      <Chart picture={picture} changes={0} label={`${filter}: ${peakOf(picture)}`} height={height} mark={mark} />
    </>
  );
}

interface Props {
  asked: Question;
  follows: boolean; // the question was run: its filter is drawn at once, not one that is still being typed
  moves: boolean;
  mark: Window | null; // marked in the graph above
  close: () => void;
}

export function FilterGraph({ asked, follows, moves, mark, close }: Props) {
  const { run, runner } = useRunner();
  const key = keyOf(asked, moves);
  const due = run === null || (follows && run.key !== key);
  useEffect(() => {
    if (!due) return;
    const timer = setTimeout(() => void runner.start(key, asked), run === null ? 0 : 400);
    return () => clearTimeout(timer);
  }, [key, due]);
  const series = run?.answer?.result?.series;
  const over = run !== null && run.ended;
  return (
    <figure class="filter-graph" aria-busy={!over}>
      <figcaption>
        <code>{(run?.question ?? asked).filter}</code>
        {run !== null && run.key !== key && <Button onClick={() => void runner.start(key, asked)}>Draw the filter of now</Button>}
        {run !== null && !over && <Running run={run} />}
        {over && run.job?.partial === true && (
          <span>
            <strong class="warn">Partial:</strong> {run.job.detail}
          </span>
        )}
        <span class="push">
          <Button kind="bare" icon="close" label="Take the filter's graph away" onClick={close} />
        </span>
      </figcaption>
      {run?.problem !== undefined && <p role="alert" class="bad">{run.problem.detail}</p>}
      {series !== undefined ? <Drawn series={series} filter={run?.answer?.question.filter ?? ""} mark={mark} /> : !over && <Loading what="Asking the archive" lines={5} />}
    </figure>
  );
}
