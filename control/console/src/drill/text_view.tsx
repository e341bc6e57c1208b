// SPDX-License-Identifier: Apache-2.0
// The answer as nfdump prints it.
import { full } from "../parts/format";

const mostShown = 500_000; // characters; the rest is in the copy and in the file

export function TextView({ text }: { text: string }) {
  const cut = text.length > mostShown ? text.lastIndexOf("\n", mostShown) : text.length;
  return (
    <div class="drill-text">
      {cut < text.length && (
        <p class="warn">
          The first {full(cut)} of {full(text.length)} characters are shown; copy and download have all.
        </p>
      )}
      <pre id="drill-text" tabIndex={0} aria-label="Answer as nfdump's text">
        {text.slice(0, cut) || "No matching flows"}
      </pre>
    </div>
  );
}
