// SPDX-License-Identifier: Apache-2.0
// What can be done with a value that was clicked: the filter made narrower, the flows behind it, the whole row.
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Chosen } from "./result_table";
import { shown } from "./cells";
import { type Refinement, term } from "./refine";

export interface Actions {
  refine: (by: string, how: Refinement) => void;
  flowsOf: (by: string) => void;
  details: (row: number) => void;
  copy: (text: string) => void;
}
interface Item {
  key: string;
  text: string;
  code?: string;
  act: () => void;
}

export function termOf({ column, value }: Pick<Chosen, "column" | "value">): string | null {
  if (column.filter === undefined || value === null || value === "") return null;
  return term(column.filter, value, column.unit === "text");
}

function itemsOf(chosen: Chosen, actions: Actions, listed: boolean): Item[] {
  const by = termOf(chosen);
  const items: Item[] = [];
  if (by !== null) {
    items.push({ key: "and", text: "Only with", code: by, act: () => actions.refine(by, "and") });
    items.push({ key: "not", text: "Without", code: `not ${by}`, act: () => actions.refine(by, "and not") });
    items.push({ key: "only", text: "Nothing but, as a new filter", code: by, act: () => actions.refine(by, "only") });
    if (!listed) items.push({ key: "flows", text: "List its flows", code: by, act: () => actions.flowsOf(by) });
  }
  items.push({ key: "details", text: listed ? "All of this flow" : "All of this line", act: () => actions.details(chosen.row) });
  const text = String(chosen.value ?? "");
  if (text !== "") items.push({ key: "copy", text: "Copy", code: text, act: () => actions.copy(text) });
  return items;
}

interface Props {
  chosen: Chosen;
  listed: boolean; // rows are flows
  actions: Actions;
  close: () => void;
}

export function ValueMenu({ chosen, listed, actions, close }: Props) {
  const menu = useRef<HTMLUListElement>(null);
  const items = itemsOf(chosen, actions, listed);
  const leave = () => {
    close();
    chosen.element.focus();
  };
  useLayoutEffect(() => {
    place(menu.current!, chosen.element);
    menu.current!.querySelector<HTMLElement>("[role=menuitem]")?.focus({ preventScroll: true });
  }, [chosen]);
  useEffect(() => {
    const outside = (event: Event) => !menu.current?.contains(event.target as Node) && close();
    const away = () => close();
    addEventListener("pointerdown", outside);
    addEventListener("resize", away);
    addEventListener("scroll", away, true);
    return () => {
      removeEventListener("pointerdown", outside);
      removeEventListener("resize", away);
      removeEventListener("scroll", away, true);
    };
  }, [close]);
  const keyDown = (event: KeyboardEvent) => {
    const all = [...menu.current!.querySelectorAll<HTMLElement>("[role=menuitem]")];
    const now = all.indexOf(document.activeElement as HTMLElement);
    if (event.key === "Escape" || event.key === "Tab") leave();
    else if (event.key === "ArrowDown") all[(now + 1) % all.length]!.focus();
    else if (event.key === "ArrowUp") all[(now - 1 + all.length) % all.length]!.focus();
    else if (event.key === "Home") all[0]!.focus();
    else if (event.key === "End") all[all.length - 1]!.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <ul ref={menu} class="value-menu" role="menu" aria-label={`${chosen.column.title} ${shown(chosen.value, chosen.column.unit)}`} onKeyDown={keyDown}>
      {items.map((item) => (
        <li key={item.key} role="none">
          <button
            type="button"
            role="menuitem"
            tabIndex={-1}
            onClick={() => {
              leave();
              item.act();
            }}
          >
            <span>{item.text}</span>
            {item.code !== undefined && <code>{item.code}</code>}
          </button>
        </li>
      ))}
    </ul>
  );
}

// Under the value, inside the window.
function place(menu: HTMLElement, at: HTMLElement): void {
  const box = at.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  const below = box.bottom + height + 4 <= innerHeight || box.top < height;
  menu.style.setProperty("--left", `${Math.max(8, Math.min(box.left, innerWidth - width - 8))}px`);
  menu.style.setProperty("--top", `${below ? box.bottom + 2 : box.top - height - 2}px`);
}
