// SPDX-License-Identifier: Apache-2.0
// Archive and store: what they hold, from when, how long a commit takes, what is left of the disk.
import type { ComponentChildren } from "preact";
import type { Status } from "../../api_types";
import { useAsk } from "../../ask";
import { now_ms } from "../../live";
import { full, scaled } from "../../parts/format";
import { Time } from "../../parts/show";
import { Answered } from "../../parts/states";
import * as time from "../../parts/time";

// The parts of the status that are shown here; control/status_json.cpp has the rest.
interface StorePart {
  last_commit_ms: number;
  commit_seconds: { last: number; median: number; p99: number; max: number };
  failing_since_ms: number;
  error: string;
  file_bytes: number;
  disk_free_bytes: number;
  series: number;
  failed_commits: number;
}
interface ArchivePart {
  enabled: boolean;
  policy: string;
  rows?: number;
  bytes?: number;
  oldest_s?: number;
  disk_free_bytes?: number;
  failing_since_ms?: number;
  error?: string;
  sync_seconds?: { last: number; max: number };
}

function Fact({ name, bad, title, children }: { name: string; bad?: boolean; title?: string; children: ComponentChildren }) {
  return (
    <div title={title}>
      <dt>{name}</dt>
      <dd class={bad === true ? "bad" : undefined}>{children}</dd>
    </div>
  );
}

function millis(seconds: number): string {
  return seconds >= 1 ? `${seconds.toFixed(1)}\u00a0s` : `${(seconds * 1000).toFixed(seconds < 0.01 ? 1 : 0)}\u00a0ms`;
}

export function Disks() {
  const answer = useAsk<Status>("/status", { parts: "store,archive" }, 5_000);
  return (
    <section class="panel" aria-labelledby="disks-title">
      <header>
        <h2 id="disks-title">Archive and store</h2>
        <span class="note push mono">{answer.data?.data_directory ?? ""}</span>
      </header>
      <Answered answer={answer} what="Archive and store" lines={5}>
        {(status) => (
          <>
            <Archive part={status.archive as ArchivePart} />
            <Store part={status.store as StorePart} />
            <Running status={status} />
          </>
        )}
      </Answered>
    </section>
  );
}

function Archive({ part }: { part: ArchivePart }) {
  if (!part.enabled)
    return (
      <>
        <h3>Archive of raw flows</h3>
        <p class="note">Off: flows are counted, and cannot be asked for.</p>
      </>
    );
  const failing = (part.failing_since_ms ?? 0) > 0;
  const perFlow = (part.rows ?? 0) > 0 ? (part.bytes ?? 0) / part.rows! : 0;
  return (
    <>
      <h3>Archive of raw flows</h3>
      {failing && <Failing since_ms={part.failing_since_ms!} error={part.error ?? ""} />}
      <dl class="facts disk-facts">
        <Fact name="Holds" title={full(part.rows, "flows")}>
          {scaled(part.rows, "flows")}
        </Fact>
        <Fact name="Size" title={`${full(part.bytes, "bytes")}, ${perFlow.toFixed(1)} a flow`}>
          {scaled(part.bytes, "B")}
        </Fact>
        <Fact name="Oldest">{part.oldest_s === undefined || part.oldest_s === 0 ? "–" : <Time at={part.oldest_s} seconds={false} />}</Fact>
        <Fact name="Free on disk">{scaled(part.disk_free_bytes, "B")}</Fact>
        <Fact name="Sync, last / longest">
          {millis(part.sync_seconds?.last ?? 0)} / {millis(part.sync_seconds?.max ?? 0)}
        </Fact>
      </dl>
      <p class="note">{part.policy}</p>
    </>
  );
}

function Store({ part }: { part: StorePart }) {
  const late = part.last_commit_ms > 0 ? (now_ms() - part.last_commit_ms) / 1000 : 0;
  return (
    <>
      <h3>Store of series</h3>
      {part.failing_since_ms > 0 && <Failing since_ms={part.failing_since_ms} error={part.error} />}
      <dl class="facts disk-facts">
        <Fact name="Series">{full(part.series)}</Fact>
        <Fact name="Size">{scaled(part.file_bytes, "B")}</Fact>
        <Fact name="Last commit" bad={late > 60}>
          {time.duration(late)} ago
        </Fact>
        <Fact name="Commit, median / 99 % / longest">
          {millis(part.commit_seconds.median)} / {millis(part.commit_seconds.p99)} / {millis(part.commit_seconds.max)}
        </Fact>
        <Fact name="Failed" bad={part.failed_commits > 0}>
          {full(part.failed_commits)}
        </Fact>
      </dl>
    </>
  );
}

function Failing({ since_ms, error }: { since_ms: number; error: string }) {
  return (
    <p class="bad" role="alert">
      Failing since {time.stamp(since_ms / 1000)} UTC: {error}
    </p>
  );
}

function Running({ status }: { status: Status }) {
  return (
    <p class="note">
      net-collector {status.version}, running for {time.duration((status.now_ms - status.started_ms) / 1000)}; configuration {status.config_file}
      {status.config.restart_needed.length > 0 && <span class="warn">; restart needed for {status.config.restart_needed.join(", ")}</span>}
    </p>
  );
}
