// SPDX-License-Identifier: Apache-2.0
// What is wrong now, each with what to do.
import type { Trouble } from "../api_types";
import * as time from "../parts/time";
import "./problems.css";

export const words: Record<Trouble["severity"], string> = { error: "Error", warning: "Warning", info: "Note" };

export function ProblemList({ troubles }: { troubles: Trouble[] }) {
  return (
    <ul class="trouble-list">
      {troubles.map((trouble) => (
        <li key={trouble.what} class={`trouble trouble-${trouble.severity}`}>
          <span class="trouble-word">{words[trouble.severity]}</span>
          <div>
            <p>
              {trouble.what}{" "}
              {trouble.since_ms > 0 && (
                <time class="faint" dateTime={new Date(trouble.since_ms).toISOString()} title={time.local(trouble.since_ms / 1000)}>
                  since {time.stamp(trouble.since_ms / 1000, false)}
                </time>
              )}
            </p>
            <p class="faint">
              {trouble.advice} {trouble.about !== undefined && <a href={trouble.about}>Show</a>}
            </p>
          </div>
        </li>
      ))}
    </ul>
  );
}
