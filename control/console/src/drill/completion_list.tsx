// SPDX-License-Identifier: Apache-2.0
// What may follow in a filter. The keyboard's focus stays in the text; the list is told by aria-activedescendant.
import { useEffect, useRef } from "preact/hooks";
import type { Completion } from "../api_types";

export function optionId(list: string, n: number): string {
  return `${list}-${n}`;
}

interface Props {
  id: string;
  items: Completion[];
  active: number;
  take: (item: Completion) => void;
}

export function CompletionList({ id, items, active, take }: Props) {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [active]);
  return (
    <ul ref={list} id={id} class="completions" role="listbox" tabIndex={0} onMouseDown={(event) => event.preventDefault()} aria-label="Completions">
      {items.map((item, n) => (
        <li
          key={item.text}
          id={optionId(id, n)}
          role="option"
          aria-selected={n === active}
          // before the text loses the focus
          onMouseDown={(event) => {
            event.preventDefault();
            take(item);
          }}
        >
          <code>{item.text}</code>
          <span class="faint">{item.help || item.kind}</span>
        </li>
      ))}
    </ul>
  );
}
