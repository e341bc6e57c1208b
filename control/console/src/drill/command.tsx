// SPDX-License-Identifier: Apache-2.0
// The same question for a shell.
import { useEffect, useState } from "preact/hooks";
import { commandLine } from "./shell_quote";

// Browsers give the clipboard to pages of this machine and of TLS only; elsewhere the text is marked, to be copied by hand.
export async function copyText(text: string, marked?: HTMLElement | null): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    if (marked) getSelection()?.selectAllChildren(marked);
    return false;
  }
}

export function CopyButton({ text, marked, label = "Copy" }: { text: string; marked?: () => HTMLElement | null; label?: string }) {
  const [done, set] = useState<"" | "Copied" | "Marked">("");
  useEffect(() => {
    if (done === "") return;
    const timer = setTimeout(() => set(""), 2000);
    return () => clearTimeout(timer);
  }, [done]);
  return (
    <button type="button" class="button copy" onClick={() => void copyText(text, marked?.()).then((ok) => set(ok ? "Copied" : "Marked"))}>
      <span aria-live="polite">{done === "" ? label : done === "Copied" ? "Copied" : "Marked: Ctrl+C"}</span>
    </button>
  );
}

export function Command({ words }: { words: string[] }) {
  const line = commandLine(words);
  return (
    <div class="drill-command">
      <span class="faint">The same in a shell</span>
      <code id="drill-command" tabIndex={0}>
        {line}
      </code>
      <CopyButton text={line} marked={() => document.getElementById("drill-command")} label="Copy command" />
    </div>
  );
}
