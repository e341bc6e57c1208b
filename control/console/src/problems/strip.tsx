// SPDX-License-Identifier: Apache-2.0
// What is wrong now, under the header of every page: the worst of it and how many there are. Notes are no alarm: the Overview has them.
import type { Trouble } from "../api_types";
import { words } from "./list";
import "./problems.css";

export function ProblemsStrip({ troubles }: { troubles: Trouble[] }) {
  const loud = troubles.filter((trouble) => trouble.severity !== "info");
  const worst = loud[0];
  return (
    <div role="status" class="problems-place">
      {worst !== undefined && (
        <p class={`problems trouble-${worst.severity}`}>
          <span class="trouble-word">{words[worst.severity]}</span>
          <span class="problems-what" title={worst.advice}>
            {worst.what}
          </span>
          <a href="/overview#problems">{loud.length > 1 ? `and ${loud.length - 1} more` : "What to do"}</a>
        </p>
      )}
    </div>
  );
}
