// SPDX-License-Identifier: Apache-2.0
// What is wrong now: as one line for the frame, and as the list of the Overview.
import type { Trouble } from "../api_types";
import { useProblems, words } from "./problems";
import "./problems.css";

function since(trouble: Trouble): string {
  if (trouble.since_ms === 0) return "";
  return `since ${new Date(trouble.since_ms).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

export function TroubleItem({ trouble }: { trouble: Trouble }) {
  return (
    <li class={`trouble trouble-${trouble.severity}`}>
      <span class="trouble-word">{words[trouble.severity]}</span>
      <div>
        <p class="trouble-what">
          {trouble.what} <span class="trouble-since">{since(trouble)}</span>
        </p>
        <p class="trouble-advice">
          {trouble.advice} {trouble.about !== undefined && <a href={trouble.about}>Show</a>}
        </p>
      </div>
    </li>
  );
}

// For the frame of every page: the worst one and how many there are. Notes are not worth a banner: the Overview has them.
export function ProblemsStrip() {
  const troubles = (useProblems() ?? []).filter((t) => t.severity !== "info");
  const worst = troubles[0];
  return (
    <div role="status" class="problems">
      {worst !== undefined && (
        <p class={`problems-strip trouble-${worst.severity}`}>
          <span class="trouble-word">{words[worst.severity]}</span>
          <span class="problems-what">{worst.what}</span>
          <a href="/overview#problems">{troubles.length > 1 ? `and ${troubles.length - 1} more` : "What to do"}</a>
        </p>
      )}
    </div>
  );
}
