// SPDX-License-Identifier: Apache-2.0
// The figures of the slot or window: per channel and class, as rates or sums.
import { go } from "../../address";
import { classes, type Profile, type Totals as Answer, type TrafficClass, type Unit } from "../../api_types";
import { useAsk } from "../../ask";
import type { Span } from "../../chart/view";
import { Button, Choice, options } from "../../parts/controls";
import { asRate, unitName } from "../../parts/format";
import { Num, Swatch } from "../../parts/show";
import { Answered } from "../../parts/states";
import { toggle, type State } from "./state";

const units: Unit[] = ["flows", "packets", "bytes"];
type Cells = Answer["rows"][number]["cells"];
const kEvery_ms = 10_000;

function add(rows: Cells[]): Cells {
  const sum = (of: TrafficClass, unit: Unit) => rows.reduce((n, cells) => n + cells[of][unit], 0);
  return Object.fromEntries(classes.map((of) => [of, Object.fromEntries(units.map((unit) => [unit, sum(of, unit)]))])) as Cells;
}

function Figures({ cells, seconds, state }: { cells: Cells | undefined; seconds: number; state: State }) {
  return (
    <>
      {units.flatMap((unit) =>
        classes.map((of) => {
          const value = cells?.[of][unit];
          const shown = value === undefined ? null : state.sums ? value : asRate(unit, value, seconds);
          const chosen = unit === state.unit && of === state.class;
          return (
            <td key={unit + of} class={`number unit-${unit}${of === "any" ? " first" : ""}${chosen ? " chosen" : ""}`}>
              <Num value={shown} name={unitName(unit, !state.sums)} />
            </td>
          );
        }),
      )}
    </>
  );
}

function Head({ state }: { state: State }) {
  const title = (unit: Unit) => (unit === "bytes" ? (state.sums ? "Traffic, B" : "Traffic, bit/s") : `${unit === "flows" ? "Flows" : "Packets"}${state.sums ? "" : "/s"}`);
  return (
    <thead>
      <tr>
        <th rowSpan={2} scope="col">
          Channel
        </th>
        {units.map((unit) => (
          <th key={unit} colSpan={classes.length} scope="colgroup" class={`group first unit-${unit}`}>
            {title(unit)}
          </th>
        ))}
      </tr>
      <tr>
        {units.flatMap((unit) =>
          classes.map((of) => (
            <th key={unit + of} scope="col" class={`number unit-${unit}${of === "any" ? " first" : ""}`}>
              {of}
            </th>
          )),
        )}
      </tr>
    </thead>
  );
}

// `moving_s`: the window is the last so many seconds.
export function Totals(props: { state: State; profile: Profile; window: Span; moving_s: number | null }) {
  const { state, profile, window, moving_s } = props;
  const times = moving_s === null ? { from: window.from_s, to: window.to_s } : { from: `-${moving_s}s`, to: "now" };
  const answer = useAsk<Answer>("/totals", { profile: profile.name, ...times }, moving_s === null && window.to_s * 1000 < Date.now() - 60_000 ? 0 : kEvery_ms);
  const all = profile.channels.map((channel) => channel.name);
  const shown = profile.channels.filter((channel) => !state.off.has(channel.name));
  const body = (data: Answer) => {
    const seconds = data.to_s - data.from_s;
    const of = new Map(data.rows.map((row) => [row.channel, row.cells]));
    const both = profile.channels.some((channel) => channel.sign === "-") && profile.channels.some((channel) => channel.sign === "+");
    const sum = (sign: string) =>
      add(shown.filter((channel) => sign === "" || channel.sign === sign).flatMap((channel) => of.get(channel.name) ?? []));
    return (
      <div class={`table-box totals only-${state.unit}`} tabIndex={0} role="region" aria-label="Figures of the window">
        <table>
          <Head state={state} />
          <tbody>
            {profile.channels.map((channel) => (
              <tr key={channel.name} class={state.off.has(channel.name) ? "off" : undefined}>
                <th scope="row">
                  <label class="check" title={channel.filter}>
                    <input type="checkbox" checked={!state.off.has(channel.name)} onChange={() => toggle(state, [channel.name])} />
                    <Swatch colour={channel.colour} />
                    {both && <span class="sign">{channel.sign === "+" ? "+" : "−"}</span>}
                    <span class="name">{channel.name}</span>
                  </label>
                </th>
                <Figures cells={of.get(channel.name)} seconds={seconds} state={state} />
              </tr>
            ))}
          </tbody>
          <tfoot>
            {both &&
              ["+", "-"].map((sign) => (
                <tr key={sign}>
                  <th scope="row">{sign === "+" ? "Sum above" : "Sum below"}</th>
                  <Figures cells={sum(sign)} seconds={seconds} state={state} />
                </tr>
              ))}
            <tr>
              <th scope="row">Total shown</th>
              <Figures cells={sum("")} seconds={seconds} state={state} />
            </tr>
          </tfoot>
        </table>
      </div>
    );
  };
  return (
    <section class="panel" aria-labelledby="totals-title">
      <header>
        <h2 id="totals-title">Figures</h2>
        <Choice
          label="Rate or sum"
          value={state.sums ? "sum" : "rate"}
          options={options({ rate: "Rate", sum: "Sum" })}
          onChange={(value) => go({ table: value === "sum" ? value : null })}
        />
        <div class="joined push" role="group" aria-label="Channels">
          <Button disabled={state.off.size === 0} onClick={() => go({ off: null })}>
            All
          </Button>
          <Button disabled={shown.length === 0} onClick={() => go({ off: all.join(",") })}>
            None
          </Button>
        </div>
      </header>
      <Answered answer={answer} what="Figures" lines={6}>
        {body}
      </Answered>
    </section>
  );
}
