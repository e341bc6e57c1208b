// SPDX-License-Identifier: Apache-2.0
// Chooses one of the ninety things of which there is a statistic: a combobox that searches in names, titles and groups.
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { type Element, elementGroups, elementTitle } from "./statistics";

interface Found {
  element: Element;
  group: string;
  own: boolean; // by its own words, not those of its group
}

function search(text: string): Found[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  let out: Found[] = [];
  for (const group of elementGroups) {
    for (const element of group.elements) {
      const own = `${element.name} ${element.title} ${element.also ?? ""}`.toLowerCase();
      const all = `${own} ${group.title.toLowerCase()}`;
      if (words.every((word) => all.includes(word))) out.push({ element, group: group.title, own: words.every((word) => own.includes(word)) });
    }
  }
  const better = out.filter((found) => found.own);
  if (better.length > 0) out = better;
  const exact = out.findIndex((found) => found.element.name === text.toLowerCase());
  return exact > 0 ? [out[exact]!, ...out.slice(0, exact), ...out.slice(exact + 1)] : out;
}

interface Props {
  value: string;
  change: (element: string) => void;
}

export function ElementPicker({ value, change }: Props) {
  const id = useId();
  const [typed, setTyped] = useState<string | null>(null); // null: closed
  const [active, setActive] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const found = typed === null ? [] : search(typed);
  const open = () => {
    setTyped("");
    setActive(Math.max(0, search("").findIndex((f) => f.element.name === value)));
  };
  const take = (name: string) => {
    setTyped(null);
    change(name);
  };
  const keyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    if (typed === null) {
      if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
      open();
    } else if (event.key === "ArrowDown") setActive((active + 1) % Math.max(found.length, 1));
    else if (event.key === "ArrowUp") setActive((active - 1 + found.length) % Math.max(found.length, 1));
    else if (event.key === "Escape") setTyped(null);
    else if (event.key === "Enter" && found[active]) take(found[active].element.name);
    else return;
    event.preventDefault();
  };
  return (
    <span class="picker">
      <input
        ref={input}
        class="input"
        aria-label="What is counted"
        role="combobox"
        aria-expanded={typed !== null}
        aria-autocomplete="list"
        aria-controls={`${id}-list`}
        aria-activedescendant={typed !== null && found[active] ? `${id}-${found[active].element.name}` : undefined}
        autocomplete="off"
        spellcheck={false}
        value={typed ?? `${elementTitle(value)} (${value})`}
        placeholder={elementTitle(value)}
        onInput={(event) => {
          setTyped(event.currentTarget.value);
          setActive(0);
        }}
        onClick={() => typed === null && open()}
        onFocus={(event) => event.currentTarget.select()}
        onKeyDown={keyDown}
        onBlur={() => setTyped(null)}
      />
      {typed !== null && <Choices id={id} found={found} active={active} take={take} />}
    </span>
  );
}

function Choices({ id, found, active, take }: { id: string; found: Found[]; active: number; take: (name: string) => void }) {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [active]);
  return (
    <ul ref={list} id={`${id}-list`} class="choices" role="listbox" tabIndex={0} onMouseDown={(event) => event.preventDefault()} aria-label="Statistics">
      {found.length === 0 && (
        <li role="option" aria-disabled="true" aria-selected="false" class="faint">
          Nothing of that name
        </li>
      )}
      {found.map(({ element, group }, n) => (
        <li
          key={element.name}
          id={`${id}-${element.name}`}
          role="option"
          aria-selected={n === active}
          class={n === 0 || found[n - 1]!.group !== group ? "first-of-group" : ""}
          data-group={group}
          onMouseDown={(event) => {
            event.preventDefault();
            take(element.name);
          }}
        >
          <span>{element.title}</span>
          <code class="faint">{element.name}</code>
        </li>
      ))}
    </ul>
  );
}
