// SPDX-License-Identifier: Apache-2.0
// Somebody else changed the same field meanwhile: theirs and mine side by side, for each of them a choice. Nothing is written before.
import { useState } from "preact/hooks";
import { Button } from "../../parts/controls";
import { Dialog } from "../../parts/dialog";
import { Swatch } from "../../parts/show";
import type { Clash, Fields } from "./drafts";

function Value({ name, value }: { name: string; value: Fields[string] | undefined }) {
  if (value === undefined) return <span class="faint">none</span>;
  if (Array.isArray(value)) return <span>{value.length === 0 ? "all" : value.join(", ")}</span>;
  if (name === "colour")
    return (
      <span class="row">
        <Swatch colour={value} />
        {value}
      </span>
    );
  return name === "filter" ? <code>{value}</code> : <span>{value === "" ? "(empty)" : value}</span>;
}

export function Conflict({ clashes, choose }: { clashes: Clash[]; choose: (keep: Set<string> | null) => void }) {
  const [keep, set] = useState<ReadonlySet<string>>(new Set());
  const [answered, setAnswered] = useState<ReadonlySet<string>>(new Set());
  const pick = (name: string, mine: boolean) => {
    const next = new Set(keep);
    if (mine) next.add(name);
    else next.delete(name);
    set(next);
    setAnswered(new Set([...answered, name]));
  };
  return (
    <Dialog title="Somebody else changed this, too" close={() => choose(null)} wide>
      <p>Nothing of yours is saved yet, and nothing of theirs is lost. Choose what is to stand, then save.</p>
      {clashes.map((clash) => (
        <fieldset key={clash.name} class="clash">
          <legend>{clash.name}</legend>
          <p class="faint">
            before: <Value name={clash.name} value={clash.base} />
          </p>
          {[false, true].map((mine) => (
            <label key={String(mine)} class="check">
              <input type="radio" name={`clash-${clash.name}`} checked={answered.has(clash.name) && keep.has(clash.name) === mine} onChange={() => pick(clash.name, mine)} />
              <span class="clash-who">{mine ? "mine" : "theirs"}</span>
              <Value name={clash.name} value={mine ? clash.mine : clash.theirs} />
            </label>
          ))}
        </fieldset>
      ))}
      <div class="row">
        <Button kind="main" disabled={answered.size < clashes.length} onClick={() => choose(new Set(keep))}>
          Take this
        </Button>
        <Button onClick={() => choose(null)}>Back to editing</Button>
      </div>
    </Dialog>
  );
}
