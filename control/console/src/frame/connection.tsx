// SPDX-License-Identifier: Apache-2.0
// Whether what is shown is now: live, stale since when, or lost and when it is tried again. Its place has one width, whatever it says.
import { useEffect, useState } from "preact/hooks";
import { connection, latest, now_s, retryNow, type Connection } from "../live";
import * as time from "../parts/time";
import { useShared } from "../shared";
import { mayRead, useSession } from "../store";

// Draws anew each second.
export function useTick(): void {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((n) => n + 1), 1_000);
    return () => clearInterval(timer);
  }, []);
}

function words(now: Connection): string {
  const since = time.duration((Date.now() - now.since_ms) / 1000);
  if (now.state === "live") return "Live";
  if (now.state === "connecting") return "Connecting";
  if (now.state === "stale") return `Stale ${since}`;
  return `Lost ${since}`;
}

function hover(now: Connection): string {
  if (now.state === "live") return "Connected: what is shown moves each second";
  if (now.state === "connecting") return "Connecting to net-collector";
  const since = time.clock(now.since_ms / 1000);
  if (now.state === "stale") return `Nothing new since ${since} UTC`;
  const next = now.retry_ms > 0 ? `; next try in ${time.duration((now.retry_ms - Date.now()) / 1000)}. Click to try now` : "; trying now";
  return `No connection since ${since} UTC${next}`;
}

export function ConnectionState() {
  const now = useShared(connection);
  const who = useSession();
  useTick();
  if (who !== undefined && !mayRead(who)) return <span class="connection">Not logged in</span>;
  const text = (
    <>
      <span class="lamp" />
      {words(now)}
    </>
  );
  if (now.state === "lost")
    return (
      <button type="button" class="connection lost" title={hover(now)} onClick={retryNow}>
        {text}
      </button>
    );
  return (
    <span class={`connection ${now.state}`} title={hover(now)}>
      {text}
    </span>
  );
}

// For those who hear the page: only changes are told, not each second.
export function ConnectionNews() {
  const { state } = useShared(connection);
  const news = state === "lost" ? "Connection lost, trying again" : state === "stale" ? "No new data" : state === "live" ? "Connected" : "";
  return (
    <div class="hidden" role="status">
      {news}
    </div>
  );
}

export function Clock() {
  useTick();
  useShared(latest);
  const at = now_s();
  return (
    <time class="clock" dateTime={new Date(at * 1000).toISOString()} title={time.local(at)}>
      <span class="day">{time.date(at)} </span>
      {time.clock(at)}
      <span class="zone"> UTC</span>
    </time>
  );
}
