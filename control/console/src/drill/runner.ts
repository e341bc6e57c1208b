// SPDX-License-Identifier: Apache-2.0
// One question at a time: started, followed by its event stream, its answer fetched; cancelled when another is asked or the page closes.
import { Failure, address, ask, askText } from "../api";
import type { Job, Problem, Question, Result } from "../api_types";
import { mostRows } from "./question";

export interface Run {
  key: string;
  question: Question;
  job?: Job;
  answer?: Answer; // of this question, or, until it comes, of the one before
  problem?: Problem;
  lost: boolean; // the daemon does not answer at the moment
  ended: boolean; // there will be nothing more
}

export interface Answer {
  question: Question;
  job: Job;
  result?: Result;
  text?: string;
}

const piece = 1000;
const again_ms = 2000;

export function isOver(job: Job): boolean {
  return job.state !== "waiting" && job.state !== "running";
}

function problemOf(error: unknown): Problem {
  if (error instanceof Failure) return error.problem;
  return { error: "failed", detail: String(error) };
}

export class Runner {
  private run: Run | null = null;
  private stream: EventSource | null = null;
  private control = new AbortController();

  constructor(private readonly show: (run: Run | null) => void) {}

  async start(key: string, question: Question): Promise<void> {
    this.leave();
    const control = (this.control = new AbortController());
    this.set({ key, question, answer: this.run?.answer, lost: false, ended: false });
    try {
      const job = await ask<Job>("/queries", { method: "POST", body: question });
      // Another question came while this one was on its way.
      if (control.signal.aborted) return drop(job);
      // A quick one may be over already.
      await this.take(job, control.signal);
      if (!isOver(job)) this.follow(job.id, control.signal);
    } catch (error) {
      if (!control.signal.aborted) this.change({ problem: problemOf(error), ended: true });
    }
  }

  // What there is so far stays.
  async cancel(): Promise<void> {
    const run = this.run;
    if (!run || run.ended) return;
    if (!run.job) {
      this.leave();
      this.change({ ended: true, problem: { error: "cancelled", detail: "Cancelled before it began." } });
      return;
    }
    await ask<void>(`/queries/${run.job.id}`, { method: "DELETE" }).catch(() => undefined);
    const { signal } = this.control;
    if (!signal.aborted && !run.ended) void this.look(run.job.id, signal);
  }

  // The page closes, or asks something else.
  leave(): void {
    this.control.abort();
    this.stream?.close();
    this.stream = null;
    // Of one that has ended the daemon need not keep the answer.
    if (this.run?.job) drop(this.run.job);
  }

  private set(run: Run): void {
    this.run = run;
    this.show(run);
  }
  private change(change: Partial<Run>): void {
    if (this.run) this.set({ ...this.run, ...change });
  }

  private follow(id: string, signal: AbortSignal): void {
    const stream = new EventSource(address(`/queries/${id}/events`));
    this.stream = stream;
    stream.addEventListener("job", (event) => {
      if (signal.aborted) return;
      void this.take(JSON.parse((event as MessageEvent<string>).data) as Job, signal);
    });
    stream.onerror = () => {
      if (signal.aborted || this.run?.ended) return;
      stream.close();
      void this.look(id, signal);
    };
  }

  // Without the stream: broken, or ended before the last event was read.
  private async look(id: string, signal: AbortSignal): Promise<void> {
    try {
      const job = await ask<Job>(`/queries/${id}`, { signal });
      await this.take(job, signal);
      if (!isOver(job) && !signal.aborted) setTimeout(() => !signal.aborted && this.follow(id, signal), again_ms);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Failure && error.status !== 0) this.change({ problem: gone(error), ended: true, lost: false });
      else {
        this.change({ lost: true });
        setTimeout(() => !signal.aborted && void this.look(id, signal), again_ms);
      }
    }
  }

  private async take(job: Job, signal: AbortSignal): Promise<void> {
    if (this.run?.job && isOver(this.run.job)) return;
    this.change({ job, lost: false });
    if (!isOver(job)) return;
    this.stream?.close();
    if (job.state === "failed") {
      this.change({ ended: true, problem: { error: "failed", detail: job.detail } });
      return;
    }
    try {
      const { question } = this.run!;
      const content = question.text === undefined ? { result: await table(job.id, question, signal) } : { text: await askText(`/queries/${job.id}/text`, { signal }) };
      if (!signal.aborted) this.change({ answer: { question, job, ...content }, ended: true });
    } catch (error) {
      if (signal.aborted) return;
      // Of a cancelled question there may be nothing.
      this.change({ ended: true, ...(job.state === "cancelled" ? { answer: undefined } : { problem: problemOf(error) }) });
    }
  }
}

function gone(failure: Failure): Problem {
  if (failure.status !== 404) return failure.problem;
  return { error: "gone", detail: "net-collector does not have this question any more (it was restarted, or the page slept): run it again." };
}

// keepalive: also when the page is closing.
function drop(job: Job): void {
  void ask<void>(`/queries/${job.id}`, { method: "DELETE", keepalive: true }).catch(() => undefined);
}

async function table(id: string, { unit, class: of }: Question, signal: AbortSignal): Promise<Result> {
  const page = (offset: number) => ask<Result>(`/queries/${id}/result`, { query: { offset, limit: piece, unit, class: of }, signal });
  const all = await page(0);
  while (all.rows.length < Math.min(all.total, mostRows)) {
    const more = await page(all.rows.length);
    if (more.rows.length === 0) break;
    all.rows.push(...more.rows);
  }
  return all;
}
