// SPDX-License-Identifier: Apache-2.0
// Filters that were used or saved in this browser, to be taken again.
import { useState } from "preact/hooks";
import { forget, recentFilters, save, savedFilters } from "./kept";

export function FilterMenu({ filter, take }: { filter: string; take: (filter: string) => void }) {
  const [open, setOpen] = useState(false);
  return (
    <details
      class="filter-menu"
      open={open}
      onToggle={(event) => setOpen(event.currentTarget.open)}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !open) return;
        setOpen(false);
        event.currentTarget.querySelector("summary")?.focus();
      }}
    >
      <summary class="button">Filters</summary>
      {open && (
        <Kept
          filter={filter}
          take={(text) => {
            setOpen(false);
            take(text);
          }}
        />
      )}
    </details>
  );
}

function Kept({ filter, take }: { filter: string; take: (filter: string) => void }) {
  const [name, setName] = useState("");
  const [, draw] = useState(0);
  const recent = recentFilters();
  const saved = savedFilters();
  const changed = () => draw((n) => n + 1);
  return (
    <div class="kept-filters">
      <h3>Saved</h3>
      {saved.length === 0 && <p class="faint">None yet.</p>}
      <ul>
        {saved.map((one) => (
          <li key={one.name}>
            <button type="button" onClick={() => take(one.filter)}>
              <span>{one.name}</span> <code>{one.filter}</code>
            </button>
            <button
              type="button"
              class="link"
              aria-label={`Forget ${one.name}`}
              onClick={() => {
                forget(one.name);
                changed();
              }}
            >
              forget
            </button>
          </li>
        ))}
      </ul>
      {filter.trim() !== "" && (
        <div class="save-filter">
          <input class="input" aria-label="Name to save this filter as" placeholder="save this one as …" maxLength={60} value={name} onInput={(event) => setName(event.currentTarget.value)} />
          <button
            type="button"
            class="button"
            disabled={name.trim() === ""}
            onClick={() => {
              save(name.trim(), filter.trim());
              setName("");
              changed();
            }}
          >
            Save
          </button>
        </div>
      )}
      <h3>Recent</h3>
      {recent.length === 0 && <p class="faint">Filters that you run come here, in this browser only.</p>}
      <ul>
        {recent.map((text) => (
          <li key={text}>
            <button type="button" onClick={() => take(text)}>
              <code>{text}</code>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
