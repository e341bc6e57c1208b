// SPDX-License-Identifier: Apache-2.0
// What is to be done with the flows that the filter takes: the top of something, or a list.
import { useId, useState } from "preact/hooks";
import { ElementPicker } from "./element_picker";
import { type Drill, inMode, mostRows } from "./question";
import { type OrderName, aggregations, listOrders, risesByItself, statisticOrders } from "./statistics";

export interface OptionProps {
  drill: Drill;
  change: (drill: Drill) => void;
}

export function ModeChoice({ drill, change }: OptionProps) {
  const name = useId();
  const choice = (mode: Drill["mode"], text: string) => (
    <label>
      <input type="radio" name={name} checked={drill.mode === mode} onChange={() => change(inMode(drill, mode))} />
      <span>{text}</span>
    </label>
  );
  return (
    <div class="choice" role="radiogroup" aria-label="Answer">
      {choice("top", "Top")}
      {choice("flows", "Flows")}
    </div>
  );
}

// What is being typed stays as it is, however often the page is drawn meanwhile.
function Count({ drill, change }: OptionProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const take = (text: string) => {
    setTyped(text);
    const count = Math.min(mostRows, Math.floor(Number(text)));
    if (count >= 1) change({ ...drill, count });
  };
  return (
    <input
      class="input short"
      aria-label="How many lines"
      type="number"
      inputMode="numeric"
      min={1}
      max={mostRows}
      value={typed ?? drill.count}
      onInput={(event) => take(event.currentTarget.value)}
      onBlur={() => setTyped(null)}
    />
  );
}

function OrderChoice({ drill, change, orders }: OptionProps & { orders: OrderName[] }) {
  const up = drill.ascending;
  return (
    <>
      <select class="select" aria-label="Ordered by" value={drill.order} onChange={(event) => change({ ...drill, order: event.currentTarget.value, ascending: risesByItself(event.currentTarget.value) })}>
        {orders.map((order) => (
          <option key={order.name} value={order.name}>
            {order.title}
          </option>
        ))}
      </select>
      {drill.order !== "" && (
        <button type="button" class="button" aria-pressed={up} title="The smallest first" onClick={() => change({ ...drill, ascending: !up })}>
          {up ? "smallest first" : "largest first"}
        </button>
      )}
    </>
  );
}

export function TopOptions({ drill, change }: OptionProps) {
  return (
    <>
      <span class="faint">first</span>
      <Count drill={drill} change={change} />
      <span class="faint">of</span>
      <ElementPicker value={drill.element} change={(element) => change({ ...drill, element })} />
      <span class="faint">by</span>
      <OrderChoice drill={drill} change={change} orders={statisticOrders} />
      <label class="check">
        <input type="checkbox" checked={drill.byProtocol} onChange={(event) => change({ ...drill, byProtocol: event.currentTarget.checked })} />
        each protocol apart
      </label>
    </>
  );
}

export function FlowOptions({ drill, change }: OptionProps) {
  return (
    <>
      <span class="faint">first</span>
      <Count drill={drill} change={change} />
      <span class="faint">of</span>
      <Aggregation drill={drill} change={change} />
      <span class="faint">ordered by</span>
      <OrderChoice drill={drill} change={change} orders={listOrders} />
      <label class="check">
        <input type="checkbox" checked={drill.bidirectional} onChange={(event) => change({ ...drill, bidirectional: event.currentTarget.checked })} />
        both directions in one line
      </label>
    </>
  );
}

function Aggregation({ drill, change }: OptionProps) {
  const known = aggregations.some((one) => one.name === drill.aggregate);
  const [own, setOwn] = useState(!known);
  const choose = (name: string) => {
    setOwn(name === "own");
    if (name !== "own") change({ ...drill, aggregate: name });
  };
  return (
    <>
      <select class="select" aria-label="Put together by" value={own || !known ? "own" : drill.aggregate} onChange={(event) => choose(event.currentTarget.value)}>
        {aggregations.map((one) => (
          <option key={one.name} value={one.name}>
            {one.title}
          </option>
        ))}
        <option value="own">fields of your own …</option>
      </select>
      {(own || !known) && (
        <input
          class="input"
          aria-label="Fields to group by, as -A takes them"
          placeholder="srcip4/24,dstport"
          spellcheck={false}
          value={drill.aggregate}
          onChange={(event) => change({ ...drill, aggregate: event.currentTarget.value.replace(/\s/g, "") })}
        />
      )}
    </>
  );
}

interface MoreProps extends OptionProps {
  sources: string[]; // there are
  channels: string[]; // of the graph
  profile: string;
}

export function MoreOptions({ drill, change, sources, channels, profile }: MoreProps) {
  const grouped = drill.mode === "top" || drill.aggregate !== "" || drill.bidirectional;
  const named = channels.length === 0 ? `the channels of ${profile}` : channels.length <= 3 ? channels.join(", ") : `the ${channels.length} channels of ${profile} in the graph`;
  return (
    <div class="more-options">
      <label>
        Flows of
        <select class="select" value={drill.of} onChange={(event) => change({ ...drill, of: event.currentTarget.value as Drill["of"] })}>
          <option value="channels">{named}</option>
          <option value="everything">everything, in a channel or not</option>
        </select>
      </label>
      <label>
        In
        <select class="select" value={drill.over} onChange={(event) => change({ ...drill, over: event.currentTarget.value as Drill["over"] })}>
          <option value="window">the window of the graph</option>
          <option value="archive">all that the archive has</option>
        </select>
      </label>
      {sources.length > 1 && (
        <fieldset>
          <legend>Sources</legend>
          {sources.map((source) => (
            <label key={source} class="check">
              <input type="checkbox" checked={drill.sources.length === 0 || drill.sources.includes(source)} onChange={() => change({ ...drill, sources: toggled(drill.sources, source, sources) })} />
              {source}
            </label>
          ))}
        </fieldset>
      )}
      {grouped && (
        <>
          <Limit label="Packets" value={drill.packetLimit} change={(packetLimit) => change({ ...drill, packetLimit })} />
          <Limit label="Bytes" value={drill.byteLimit} change={(byteLimit) => change({ ...drill, byteLimit })} />
        </>
      )}
    </div>
  );
}

// None chosen means all, so that a source that is added later is among them.
function toggled(chosen: string[], source: string, all: string[]): string[] {
  const now = chosen.length === 0 ? all : chosen;
  const next = now.includes(source) ? now.filter((one) => one !== source) : all.filter((one) => one === source || now.includes(one));
  return next.length === all.length ? [] : next;
}

// Lines of more, or with "-" of less, than so many.
function Limit({ label, value, change }: { label: string; value: string; change: (value: string) => void }) {
  const id = useId();
  const [less, setLess] = useState(false); // chosen before there is a number
  const below = value === "" ? less : value.startsWith("-");
  const number = value.replace(/^[-+]/, "");
  const bad = number !== "" && !/^\d+[kKmMgGtT]?$/.test(number);
  const write = (below: boolean, text: string) => {
    setLess(below);
    change(text === "" ? "" : (below ? "-" : "") + text);
  };
  return (
    <div class="limit">
      <label for={id}>{label}</label>
      <select class="select" aria-label={`${label}: more or less`} value={below ? "-" : "+"} onChange={(event) => write(event.currentTarget.value === "-", number)}>
        <option value="+">more than</option>
        <option value="-">less than</option>
      </select>
      <input id={id} class="input short" value={number} placeholder="10M" aria-invalid={bad} title="A number, k, M, G or T behind it" onInput={(event) => write(below, event.currentTarget.value.trim())} />
    </div>
  );
}
