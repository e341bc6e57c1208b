// SPDX-License-Identifier: Apache-2.0
// How far a question is, what its answer covers, and what to do when there is none. Takes the same room in every state.
import type { Job, Result } from "../api_types";
import { full, scaled } from "../parts/format";
import { isOver, type Run } from "./runner";

function figures(job: Job): string {
  const { rows, blocks, skipped, seconds } = job.progress;
  const parts = [`${scaled(rows)} flows looked at`];
  if (blocks + skipped > 0) parts.push(`${scaled(blocks)} blocks read, ${scaled(skipped)} skipped`);
  parts.push(`${seconds.toFixed(seconds < 10 ? 2 : 0)} s`);
  return parts.join(", ");
}

export function Running({ run }: { run: Run }) {
  const job = run.job;
  const ratio = job?.progress.ratio ?? 0;
  const waits = !job || job.state === "waiting";
  return (
    <>
      <progress class="drill-progress" value={waits ? undefined : ratio} max={1} aria-label="Progress of the question" />
      <span class="figures">
        {run.lost ? "net-collector does not answer; trying again" : waits ? "Waiting for its turn" : `${Math.floor(ratio * 100)} %: ${figures(job)}`}
      </span>
    </>
  );
}

export function sentence(job: Job, result: Result | undefined): string {
  const rows = result === undefined ? "" : `${full(result.total)} ${result.total === 1 ? "line" : "lines"}; `;
  return `${rows}${figures(job)}.`;
}

export function Progress({ run, stale, again }: { run: Run | null; stale: string; again: () => void }) {
  const job = run?.job;
  const over = run !== null && run.ended;
  return (
    <div class="drill-status" role="status">
      {run !== null && !over && <Running run={run} />}
      {over && job && isOver(job) && run.problem === undefined && (
        <>
          {(job.partial || job.state === "cancelled") && <strong class="warn">{job.state === "cancelled" ? "Cancelled: " : "Partial: "}</strong>}
          <span>{[job.detail, sentence(job, run.answer?.result), job.covers].filter(Boolean).join(" ")}</span>
        </>
      )}
      {over && stale !== "" && (
        <span class="stale-question">
          {stale}{" "}
          <button type="button" class="link" onClick={again}>
            Run again
          </button>
        </span>
      )}
    </div>
  );
}
