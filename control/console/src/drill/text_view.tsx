// SPDX-License-Identifier: Apache-2.0
// The answer as nfdump prints it.
import { CopyButton } from "./command";
import { saveAs } from "./save_as";

const mostShown = 500_000; // characters; the rest is in the copy and in the file

export function TextView({ text, format }: { text: string; format: string }) {
  const cut = text.length > mostShown ? text.lastIndexOf("\n", mostShown) : text.length;
  const extension = ["csv", "json", "ndjson"].includes(format) ? format : "txt";
  return (
    <div class="drill-text">
      <div class="tools">
        <CopyButton text={text} marked={() => document.getElementById("drill-text")} label="Copy text" />
        <button type="button" class="button" onClick={() => saveAs(text, `flows.${extension}`)}>
          Download
        </button>
        {cut < text.length && <span class="warn">The first {cut.toLocaleString("en")} of {text.length.toLocaleString("en")} characters are shown; copy and download have all.</span>}
      </div>
      <pre id="drill-text" tabIndex={0} aria-label="Answer as nfdump's text">
        {text.slice(0, cut) || "No matching flows"}
      </pre>
    </div>
  );
}
