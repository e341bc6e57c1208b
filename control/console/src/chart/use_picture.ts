// SPDX-License-Identifier: Apache-2.0
// A picture that stays true: asked, moved on each second where its end is now, asked anew when steps are over and after a lost connection.
import { useMemo, useRef, useState } from "preact/hooks";
import type { Series, TrafficClass, Unit } from "../api_types";
import { useAsk, type Answer } from "../ask";
import { lately, now_s, useSecond } from "../live";
import { Picture } from "./picture";

export interface Wanted {
  profile: string;
  unit: Unit;
  class: TrafficClass;
  from_s: number; // ignored where `span_s` is given
  to_s: number;
  span_s?: number; // the last so many seconds: the end moves
  points: number;
  channels?: string[];
}

const kSeconds = 900; // so many the daemon keeps at one second
const kRenewFirst_s = 60; // of the finest resolution: for the gaps, its values come each second

// /series takes times in words, so that the question stays the same while the end moves.
export function usePicture(wanted: Wanted | undefined): { picture: Picture | undefined; changes: number; answer: Answer<Series> } {
  const every = useRef(10);
  const moves = wanted?.span_s !== undefined;
  const fine = moves && wanted.span_s! <= kSeconds;
  const query = wanted && {
    profile: wanted.profile,
    channel: wanted.channels?.join(","),
    from: moves ? `-${wanted.span_s}s` : wanted.from_s,
    to: moves ? "now" : wanted.to_s,
    unit: wanted.unit,
    class: wanted.class,
    points: Math.max(10, Math.round(wanted.points)),
    resolution: fine ? 1 : "auto",
  };
  const answer = useAsk<Series>(wanted === undefined ? undefined : "/series", query, moves ? every.current * 1000 : 0);
  const picture = useMemo(() => {
    if (answer.data === undefined || wanted === undefined) return undefined;
    const made = new Picture(answer.data, answer.data.rows[0]?.profile ?? wanted.profile, now_s());
    if (moves) for (const second of lately(made.profile)) made.add(second);
    return made;
  }, [answer.data]);
  if (picture !== undefined) every.current = picture.resolution_s === 1 ? kRenewFirst_s : Math.min(300, Math.max(10, picture.resolution_s));
  const [, draw] = useState(0);
  useSecond(wanted !== undefined && moves ? [wanted.profile] : [], (second) => {
    if (moves && picture?.add(second) === true) draw((n) => n + 1);
  });
  return { picture, changes: picture?.changes ?? 0, answer };
}
