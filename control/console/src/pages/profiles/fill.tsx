// SPDX-License-Identifier: Apache-2.0
// A channel's past out of the archive: begun, watched, cancelled. What it counted itself before is replaced by what its filter matches.
import { useEffect, useState } from "preact/hooks";
import { ask, Failure } from "../../api";
import type { Fill } from "../../api_types";
import { onFill } from "../../live";
import { useAsk } from "../../ask";
import { Button, Select } from "../../parts/controls";
import { percent } from "../../parts/format";
import * as time from "../../parts/time";

const spans = [
  { value: "-24h", text: "the last day" },
  { value: "-7d", text: "the last week" },
  { value: "-30d", text: "the last 30 days" },
  { value: "", text: "all that is archived" },
];
const kEvery_ms = 2_000;
const kCounted = 0.99; // what is left is the store's to write

function goes(fill: Fill | undefined): boolean {
  return fill?.state === "waiting" || fill?.state === "running";
}

// The latest of this channel; by the stream of events, and asked for while it goes in case that is down.
function useFill(profile: string, channel: string) {
  const mine = (fill: Fill) => fill.profile === profile && fill.channel === channel;
  const [fill, set] = useState<Fill>();
  const list = useAsk<Fill[]>("/fills", {}, goes(fill) ? kEvery_ms : 0);
  useEffect(() => onFill((told) => mine(told) && set(told)), [profile, channel]);
  useEffect(() => {
    const found = list.data?.filter(mine).at(-1);
    if (found !== undefined) set(found);
  }, [list.data]);
  return { fill, set };
}

export function FillPast({ profile, channel, unsaved }: { profile: string; channel: string; unsaved: boolean }) {
  const { fill, set } = useFill(profile, channel);
  const [from, setFrom] = useState("-24h");
  const [fault, setFault] = useState("");
  const attempt = (work: Promise<Fill | undefined>) => {
    setFault("");
    work.then((came) => came !== undefined && set(came)).catch((error: unknown) => setFault(error instanceof Failure ? error.problem.detail : String(error)));
  };
  const begin = () => attempt(ask<Fill>("/fills", { method: "POST", body: { profile, channel, ...(from === "" ? {} : { from }) } }));
  const cancel = () => attempt(ask<void>(`/fills/${fill!.id}`, { method: "DELETE" }).then(() => ask<Fill>(`/fills/${fill!.id}`)));
  return (
    <div class="fill">
      <h3>Its past</h3>
      <div class="row">
        {goes(fill) ? (
          <>
            <progress value={fill!.progress} max={1} aria-label={`Filling the past of ${channel}`} />
            <span class="num">{percent(fill!.progress)}</span>
            <Button icon="stop" onClick={cancel}>
              Cancel
            </Button>
          </>
        ) : (
          <>
            <span>Count again out of the archive:</span>
            <Select label="How far back" value={from} options={spans} onChange={setFrom} />
            <Button disabled={unsaved} label={unsaved ? "Save the channel first" : undefined} onClick={begin}>
              Fill the past
            </Button>
          </>
        )}
      </div>
      <p class="note" role="status">
        {said(fill)}
      </p>
      <p class="bad" role="alert">
        {fault}
      </p>
    </div>
  );
}

function said(fill: Fill | undefined): string {
  if (fill === undefined) return "";
  const span = fill.to_s > fill.from_s ? `${time.span(fill.from_s, fill.to_s)} UTC` : "";
  const more = [fill.covers, fill.detail].filter((text) => text !== "").join("; ");
  // What the changed filter matches less of can be taken out of the newest steps only when they are put together.
  if (fill.state === "running" && fill.progress >= kCounted)
    return `Counted: ${span}; written when the last five minutes are over`;
  const word = { waiting: "Waits for another", running: "Counting", done: "Done", failed: "Failed", cancelled: "Cancelled" }[fill.state];
  return [word, span, more].filter((text) => text !== "").join(": ");
}
