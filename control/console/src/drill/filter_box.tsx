// SPDX-License-Identifier: Apache-2.0
// A text area for filters: coloured by what the parser read, its objection under the word at fault, completions at the caret.
// The letters that are seen stand in a layer behind the text area, whose own are transparent: so that undo, paste, input methods and screen
// readers have the real thing.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Completion } from "../api_types";
import { CompletionList, optionId } from "./completion_list";
import { faultOf, pieces } from "./pieces";
import { type Checking, useCheck } from "./use_check";

interface Props {
  id: string; // for its label
  value: string;
  change: (text: string) => void;
  run: () => void;
}

// Puts `text` in place of a range as if it were typed: undo takes it back.
function type(area: HTMLTextAreaElement, from: number, to: number, text: string): void {
  area.focus();
  area.setSelectionRange(from, to);
  if (document.execCommand("insertText", false, text)) return;
  area.setRangeText(text, from, to, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

interface Popup {
  open: boolean;
  active: number; // -1: none yet
}
const closed: Popup = { open: false, active: -1 };

function useCompletions(checking: Checking, text: string, cursor: number) {
  const [popup, set] = useState<Popup>(closed);
  const fresh = checking.checked?.text === text && checking.cursor === cursor;
  const items: Completion[] = fresh ? checking.checked!.check.completions : [];
  const open = popup.open && items.length > 0;
  return { items, open, active: Math.min(popup.active, items.length - 1), set };
}

type Completions = ReturnType<typeof useCompletions>;

// True: the key was for the list.
function keyForList(key: string, c: Completions, take: (item: Completion) => void): boolean {
  if (!c.open) return false;
  const turn = (step: number) => c.set({ open: true, active: (Math.max(c.active, step > 0 ? -1 : 0) + step + c.items.length) % c.items.length });
  if (key === "ArrowDown") turn(1);
  else if (key === "ArrowUp") turn(-1);
  else if (key === "Escape") c.set(closed);
  else if (key === "Tab") take(c.items[Math.max(c.active, 0)]!);
  else if (key === "Enter" && c.active >= 0) take(c.items[c.active]!);
  else return false;
  return true;
}

export function FilterBox({ id, value, change, run }: Props) {
  const area = useRef<HTMLTextAreaElement>(null);
  const [cursor, setCursor] = useState(value.length);
  const checking = useCheck(value, cursor);
  const completions = useCompletions(checking, value, cursor);
  const { checked } = checking;
  const take = (item: Completion) => {
    const { offset, length } = checked!.check.replaces;
    completions.set(closed);
    const apart = /^[\s)\]]/.test(value.slice(offset + length)) ? "" : " ";
    type(area.current!, offset, offset + length, item.text + apart);
  };
  const look = () => setCursor(area.current!.selectionEnd);
  const keyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    const plain = !event.shiftKey && !event.altKey;
    if (event.key === " " && event.ctrlKey) completions.set({ open: true, active: 0 });
    else if (plain && keyForList(event.key, completions, take)) look();
    else if (event.key === "Enter" && plain) run();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const input = (event: Event) => {
    completions.set({ open: !(event as InputEvent).isComposing && /\S$/.test(area.current!.value.slice(0, area.current!.selectionEnd)), active: -1 });
    look();
    change(area.current!.value);
  };
  const fault = faultOf(value, checked);
  return (
    <div class="filter-box">
      <div class="filter-text">
        <Layer text={value} checking={checking} at={checked?.check.replaces.offset ?? 0} listed={completions.open} />
        <textarea
          ref={area}
          id={id}
          value={value}
          rows={1}
          maxLength={10_000}
          spellcheck={false}
          autocomplete="off"
          autocapitalize="off"
          placeholder="any flow; for example: proto tcp and dst port 443"
          aria-autocomplete="list"
          aria-haspopup="listbox"
          aria-controls={completions.open ? `${id}-list` : undefined}
          aria-activedescendant={completions.open && completions.active >= 0 ? optionId(`${id}-list`, completions.active) : undefined}
          aria-invalid={fault !== null}
          aria-describedby={`${id}-said`}
          onInput={input}
          onKeyDown={keyDown}
          onKeyUp={look}
          onClick={look}
          onBlur={() => completions.set(closed)}
        />
        {completions.open && <CompletionList id={`${id}-list`} items={completions.items} active={completions.active} take={take} />}
      </div>
      <Said id={`${id}-said`} text={value} checking={checking} use={(text) => type(area.current!, 0, value.length, text)} />
      <p class="hidden" aria-live="polite">
        {completions.open ? `${completions.items.length} completions, arrow keys choose, Tab takes` : ""}
      </p>
    </div>
  );
}

// What is seen of the text. Tells its place where a list and the parser's sentence belong, by custom properties of the box.
function Layer({ text, checking, at, listed }: { text: string; checking: Checking; at: number; listed: boolean }) {
  const layer = useRef<HTMLPreElement>(null);
  const parts = pieces(text, checking.checked);
  useLayoutEffect(() => {
    const box = layer.current!.closest<HTMLElement>(".filter-box")!;
    const place = (name: string, element: { left: number; bottom: number } | undefined) => {
      if (element === undefined) return;
      const from = layer.current!.getBoundingClientRect();
      box.style.setProperty(`--${name}-left`, `${Math.round(element.left - from.left)}px`);
      box.style.setProperty(`--${name}-top`, `${Math.round(element.bottom - from.top)}px`);
    };
    place("fault", layer.current!.querySelector(".fault")?.getBoundingClientRect());
    if (listed) place("list", letterAt(layer.current!, at));
  });
  useEffect(() => {
    const area = layer.current!.nextElementSibling as HTMLTextAreaElement;
    const follow = () => (layer.current!.scrollTop = area.scrollTop);
    area.addEventListener("scroll", follow);
    return () => area.removeEventListener("scroll", follow);
  }, []);
  return (
    <pre ref={layer} class="filter-layer" aria-hidden="true">
      {parts.map((part, n) => (
        <span key={n} class={`${part.kind === "" ? "" : `token-${part.kind}`}${part.fault ? " fault" : ""}`}>
          {part.text}
        </span>
      ))}
      {/* A letter of no width: there is a place behind the last one, too. */}
      {"\u200b\n"}
    </pre>
  );
}

function letterAt(layer: HTMLElement, offset: number): { left: number; bottom: number } {
  const walker = document.createTreeWalker(layer, NodeFilter.SHOW_TEXT);
  let left = offset;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const length = node.textContent!.length;
    if (left < length) {
      const range = document.createRange();
      range.setStart(node, left);
      range.setEnd(node, left);
      return range.getBoundingClientRect();
    }
    left -= length;
  }
  return layer.getBoundingClientRect();
}

// The parser's own sentence. Its line is always there, so that nothing moves when it comes.
function Said({ id, text, checking, use }: { id: string; text: string; checking: Checking; use: (text: string) => void }) {
  const { checked, reachable } = checking;
  const fresh = checked !== null && checked.text === text;
  const bad = fresh && !checked.check.ok && text.trim() !== "";
  const line = checked?.check.position?.line ?? 1;
  const meant = bad ? checked.check.meant : undefined;
  return (
    <div class="filter-said" id={id} role="status">
      {!reachable && <span class="faint">The filter cannot be checked: net-collector does not answer.</span>}
      {reachable && bad && (
        <span class="bad said-fault">
          {text.includes("\n") && `Line ${line}: `}
          {checked.check.detail}
          {meant !== undefined && (
            <>
              {" "}
              <button type="button" class="link" onClick={() => use(meant)}>
                Use <code>{meant}</code>
              </button>
            </>
          )}
        </span>
      )}
      {reachable && fresh && checked.check.ok && checked.check.notes.map((note) => <span key={note} class="warn note-line">{note}</span>)}
      {reachable && !bad && !(fresh && checked.check.notes.length > 0) && <span class="faint keys-hint">Enter runs, Shift+Enter begins a line, Ctrl+Space completes</span>}
    </div>
  );
}
