// SPDX-License-Identifier: Apache-2.0
// The Live page: what comes from each source, second by second over the last minutes, and what of it was lost.
import { useState } from "preact/hooks";
import { go, link, useAddress } from "../../address";
import type { Profile, Second, Source, Unit } from "../../api_types";
import { useAsk } from "../../ask";
import { Chart } from "../../chart/chart";
import { cell, Picture } from "../../chart/picture";
import { Readout } from "../../chart/readout";
import { usePicture } from "../../chart/use_picture";
import { latest, useSecond } from "../../live";
import { ClassChoice, UnitChoice, unitKeys } from "../../parts/figure";
import { asRate, percent, unitName } from "../../parts/format";
import { useKeys } from "../../parts/keys";
import { Bar, Num, Swatch } from "../../parts/show";
import { Empty, Failed, Loading } from "../../parts/states";
import { useShared } from "../../shared";
import { useProfiles } from "../../store";
import { read, toggle, type State } from "../profile/state";
import "./live.css";

const kSpan_s = 300;
const kHeight = 260;
const kSmallHeight = 72;
const units: Unit[] = ["flows", "packets", "bytes"];

// What came in the last second, as a line of figures that stay where they are.
function Now({ second }: { second: Second | null }) {
  const busy = second?.busy ?? [];
  const most = busy.length === 0 ? null : Math.max(...busy);
  return (
    <dl class="live-now panel">
      <div>
        <dt>Datagrams/s</dt>
        <dd>
          <Num value={second?.datagrams} name="datagrams/s" />
        </dd>
      </div>
      <div>
        <dt>Flows/s</dt>
        <dd>
          <Num value={second?.flows} name="flows/s" />
        </dd>
      </div>
      <div title="Flows that came and could not be kept: no free slot, a full hand-off, a reassembly that failed">
        <dt>Lost in us, flows/s</dt>
        <dd class={(second?.lost ?? 0) > 0 ? "bad" : undefined}>
          <Num value={second?.lost} name="flows/s" />
        </dd>
      </div>
      <div title={busy.map((one, i) => `worker ${i + 1}: ${percent(one)}`).join("\n")}>
        <dt>Busiest worker{busy.length > 1 ? ` of ${busy.length}` : ""}</dt>
        <dd>
          {percent(most)} <Bar ratio={most ?? 0} colour={(most ?? 0) > 0.9 ? "var(--bad)" : undefined} />
        </dd>
      </div>
    </dl>
  );
}

function Rates({ picture, second, channel }: { picture: Picture; second: Second | null; channel: string }) {
  const cells = second?.rows.find((row) => row.profile === picture.profile && row.channel === channel)?.cells;
  return (
    <dl class="live-rates">
      {units.map((unit) => (
        <div key={unit} class="live-rate">
          <dt>{unitName(unit, true)}</dt>
          <dd>
            <Num value={second === null ? null : cells === undefined ? 0 : asRate(unit, cell(cells, unit, picture.class), 1)} name={unitName(unit, true)} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function SourcePanel(props: { picture: Picture; changes: number; second: Second | null; channel: string; source: Source | undefined }) {
  const { picture, channel, source } = props;
  const row = picture.rows.find((one) => one.channel === channel)!;
  const off = new Set(picture.rows.map((one) => one.channel).filter((one) => one !== channel));
  return (
    <article class="panel live-source">
      <header>
        <Swatch colour={row.colour} />
        <h2>
          <a href={link("/exporters", { source: channel })}>{channel}</a>
        </h2>
        {source !== undefined && (
          <span class="faint" title={source.addresses.length === 0 ? "every exporter that no other source names" : source.addresses.join("\n")}>
            {source.protocol}, port {source.port}
          </span>
        )}
      </header>
      <Rates picture={picture} second={props.second} channel={channel} />
      <Chart picture={picture} changes={props.changes} label={`${channel}, last five minutes`} height={kSmallHeight} off={off} small />
    </article>
  );
}

function Graphs({ profile, state }: { profile: Profile; state: State }) {
  const { picture, changes, answer } = usePicture({ profile: profile.name, unit: state.unit, class: state.class, from_s: 0, to_s: 0, span_s: kSpan_s, points: kSpan_s });
  const sources = useAsk<Source[]>("/sources");
  const [second, setSecond] = useState<Second | null>(null);
  const [hover, setHover] = useState<number | null>(null);
  useSecond([profile.name], setSecond);
  if (picture === undefined) return answer.failure === undefined ? <Loading what="Sources" lines={10} /> : <Failed failure={answer.failure} again={answer.again} />;
  const step = hover ?? picture.newest();
  return (
    <>
      <section class="panel live-all" aria-label="All sources">
        <div class="live-body">
          <Chart
            picture={picture}
            changes={changes}
            label={`All sources, last five minutes, ${unitName(state.unit, true)}. The figures of each source stand below.`}
            height={kHeight}
            off={state.off}
            onHover={setHover}
          />
          <Readout picture={picture} changes={changes} step={step} at={hover === null ? "Newest second" : "Pointer"} note="" off={state.off} toggle={(channels) => toggle(state, channels)} />
        </div>
      </section>
      <div class="live-sources">
        {picture.rows.map((row) => (
          <SourcePanel
            key={row.channel}
            picture={picture}
            changes={changes}
            second={second}
            channel={row.channel}
            source={sources.data?.find((one) => one.name === row.channel)}
          />
        ))}
      </div>
    </>
  );
}

export function LivePage() {
  const { query } = useAddress();
  const state = read(query);
  const known = useProfiles();
  const second = useShared(latest);
  const live = known.value?.find((profile) => profile.name === "live");
  useKeys("Live", [...unitKeys, { keys: ["a"], text: "all sources", run: () => go({ off: null }) }]);
  if (known.value === undefined) return known.failure === undefined ? <Loading what="Sources" lines={10} /> : <Failed failure={known.failure} />;
  return (
    <div class="stack">
      <div class="row">
        <h1>Live</h1>
        <span class="faint">the last five minutes, each second</span>
        <div class="row push">
          <UnitChoice value={state.unit} />
          <ClassChoice value={state.class} />
        </div>
      </div>
      <Now second={second} />
      {live === undefined || live.channels.length === 0 ? (
        <Empty title="No source is configured">A [[source]] in the configuration names a UDP port and who sends to it.</Empty>
      ) : (
        <Graphs profile={live} state={state} />
      )}
    </div>
  );
}
