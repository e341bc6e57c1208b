// SPDX-License-Identifier: Apache-2.0
// What the API says and takes, as control/http/api/openapi.yaml describes it (a test compares the two).
// Times are seconds since 1970 UTC unless the name ends in _ms; counts are since the daemon's start unless said otherwise.

export type Unit = "flows" | "packets" | "bytes";
export type TrafficClass = "any" | "tcp" | "udp" | "icmp" | "other";
export const classes: TrafficClass[] = ["any", "tcp", "udp", "icmp", "other"];

// Every answer with a status of 400 and above. `position` where a text is to blame: of the filter or of the file.
export interface Problem {
  error: string; // a word for programs: "bad_filter", "conflict", "not_found", "not_allowed", "too_large", "busy" ...
  detail: string; // a sentence for people: object, reason, what to do
  position?: Position;
}
export interface Position {
  field?: string; // of what was sent: "filter", "channels[2].colour"
  file?: string;
  line: number; // from 1
  column: number; // from 1, in characters
  offset: number; // from 0, in UTF-16 units of the text that was sent
  length: number; // at least 1
}

// GET /session   POST /session {user, password}   DELETE /session
export interface Session {
  user: string; // "" when nobody is logged in
  role: "none" | "viewer" | "admin";
  login: boolean; // whether this listener knows a login
  csrf: string; // sent back as X-CSRF-Token with everything but GET
}

// GET /status?parts=a,b : the parts asked for, all without. See control/status_json.hpp for what each holds.
export interface Status {
  version: string;
  now_ms: number;
  started_ms: number;
  config: { ok: boolean; generation: number; taken_ms: number; when_ms: number; error: string; restart_needed: string[]; http_faults: string[] };
  data_directory: string;
  config_file: string;
  [part: string]: unknown;
}

// GET /devices
export interface Devices {
  devices: Device[];
  queues: { device: number; queue: number; core: number; packets: number; fill_ratio: number | null }[];
  workers: Worker[];
}
export interface Device {
  name: string;
  driver: string;
  link_up: boolean;
  link_mbps: number;
  queues: number;
  missed: number | null; // null: the device cannot tell
  no_buffer: number | null;
  errors: number | null;
  [more: string]: unknown;
}
export interface Worker {
  core: number;
  busy_ratio: number;
  match_core?: number;
  match_busy_ratio?: number;
  packets: number;
  slots: number;
  slots_used: number;
  slots_archive: number;
  [more: string]: unknown;
}

// GET /exporters?offset=0&limit=100&order=datagrams|flows|bytes|missing|last_seen|address&source=&prefix=
export interface Page<T> {
  total: number;
  offset: number;
  items: T[];
}
export interface Exporter {
  id: number;
  address: string;
  agent?: string; // sFlow
  source: string;
  version: string; // "v5", "v9", "ipfix", "sflow5" ...
  domain: number;
  port: number;
  datagrams: number;
  flows: number;
  bytes: number; // of datagrams
  rates: { datagrams: number; flows: number; bytes: number }; // a second, over the last minute
  missing: number; // by sequence, in its units
  lost_before_us: number;
  lost_in_us: number;
  completeness: number; // 0 to 1
  sampling: number; // 0: unknown
  templates: number;
  last_seen_ms: number;
  [count: string]: unknown; // the rest of FLOW_EXPORTER_COUNTS
}
// GET /exporters/{id}
export interface ExporterDetail extends Exporter {
  template_list: { id: number; domain: number; options: boolean; fields: { name: string; bytes: number }[]; seen_ms: number }[];
  options: { kind: string; text: string }[];
}
// GET /exporters/{id}/books?from=-1d&to=now&resolution=auto|300|1800|7200|86400&points=1000
export interface ExporterBooks {
  id: number;
  from_s: number; // of the first step
  to_s: number; // end of the last step
  resolution_s: number; // at least 300
  newest_s: number; // up to here steps are whole
  // A list with a number for each step, null where nothing is booked: "datagrams", "records", "flows", "flows_through", "refused"
  // (undecodable), "skipped", "flows_lost" and the rest of FLOW_EXPORTER_COUNTS; in flows "lost_before_us" and "lost_in_us";
  // "completeness", 0 to 1.
  values: Record<string, (number | null)[]>;
}

// GET /ledger?from=&to= : without times since the start and since the data were made; with times the books of the span.
export interface LedgerAnswer {
  process?: Record<string, unknown>; // names as in `net-collector ledger -o json`
  total: Record<string, unknown>;
  laws: Law[];
}
export interface Law {
  name: string;
  text: string; // "received = punted + ..."
  left: LawTerm[];
  right: LawTerm[];
  in_flight: number; // what is between the two sides at the moment
  balanced: boolean;
}
export interface LawTerm {
  counter: string; // path in the ledger
  text: string;
  value: number | null;
}

// GET /problems: what is wrong now, worst first
export interface Trouble {
  severity: "error" | "warning" | "info";
  what: string; // a sentence
  advice: string;
  since_ms: number; // 0: not known
  about?: string; // path of the console that shows more, "/exporters?..." or the like
}

// GET /sources
export interface Source {
  name: string;
  port: number;
  protocol: "netflow" | "sflow" | "any";
  addresses: string[];
  colour: string;
}

// GET /profiles   GET /profiles/{profile}; `live` is the first, cannot be edited, and its channels are the sources.
export interface Profile {
  name: string;
  description: string;
  group: string;
  file: string; // relative to the profiles directory; "" for live
  version: string; // of the file's bytes: sent as If-Match with every change; "" for live
  editable: boolean;
  channels: Channel[]; // by sign, then by order: + from the axis upwards, then -
}
export interface Channel {
  name: string;
  filter: string;
  colour: string; // "#rrggbb"
  sign: "+" | "-";
  order: number;
  sources: string[]; // [] = every source
  since_ms: number; // its filter has been this one from here on; 0: not known
}
// POST /profiles {name, description?, group?, channels: ChannelInput[]}   -> 201 EditedProfile; one channel at least, as in the file
// PATCH /profiles/{profile} {name?, description?, group?, order?: string[]}   -> EditedProfile
// DELETE /profiles/{profile}                                   -> DeletedProfile
// POST /profiles/{profile}/channels ChannelInput               -> 201 EditedProfile
// PATCH /profiles/{profile}/channels/{channel} ChannelInput    -> EditedProfile
// DELETE /profiles/{profile}/channels/{channel}                -> EditedProfile
// If-Match: the version that was read (412 "conflict" when the file is another by now; 428 without). ?dry_run=true checks all and
// writes nothing; its answer is what would be. A faulty value is 422 with the message and position that check-config would give.
export interface EditedProfile extends Profile {
  path: string; // of its file
  changed: boolean; // false: it was so already
  before: string; // the file's contents
  text: string; // the file's contents now
}
export interface DeletedProfile {
  path: string;
  changed: boolean;
  before: string;
  text: string; // ""
}
export interface ChannelInput {
  name?: string;
  filter?: string;
  colour?: string;
  sign?: "+" | "-";
  order?: number;
  sources?: string[];
}

// GET /series?profile=&channel=a,b&source=a,b&from=&to=&resolution=auto|1|10|300|1800|7200|86400&points=1000&unit=&class=&per_source=false
// from and to: seconds, or as `net-collector series` takes them ("-1h", "now"). `points`: how many the picture has room for;
// "auto" is the coarsest resolution with at least half as many. Resolution 1 has the last 15 minutes.
export interface Series {
  from_s: number; // of the first step
  to_s: number; // end of the last step
  resolution_s: number;
  unit: Unit;
  class: TrafficClass;
  newest_s: number; // up to here there are data; a step that is still filling is not counted
  rows: SeriesRow[];
  completeness: Gap[]; // steps in which something was lost; none: complete
}
export interface SeriesRow {
  profile: string;
  channel: string;
  source?: string; // of per_source
  colour: string;
  sign: "+" | "-";
  order: number;
  values: (number | null)[]; // sums of the step; null: nothing was counted
  marks: { at_s: number; text: string }[]; // the filter changed
}
export interface Gap {
  from_s: number;
  to_s: number;
  ratio: number; // of the flows that are here, 0 to 1
  reason: "lost before us" | "lost in us" | "not running" | "unknown";
}
// GET /totals?profile=&channel=&source=&from=&to=
export interface Totals {
  from_s: number;
  to_s: number;
  rows: { profile: string; channel: string; cells: Record<TrafficClass, Record<Unit, number>> }[];
}
// GET /peak?profile=&channel=&unit=&class=&from=&to= : the highest step of the sum of the channels
export interface Peak {
  at_s: number;
  resolution_s: number;
  value: number;
}

// POST /filters/check {filter, cursor?}; 200 for faulty filters, too
export interface FilterCheck {
  ok: boolean;
  detail: string; // "" when right; else the parser's sentence
  position?: Position;
  meant?: string; // what was perhaps meant, as a whole filter
  normal?: string; // of a right filter: how it is understood
  notes: string[]; // remarks: it takes no flow at all, a host name that is looked up later
  tokens: { offset: number; length: number; kind: TokenKind }[];
  completions: Completion[]; // at `cursor`
  replaces: { offset: number; length: number }; // what a completion takes the place of
}
export type TokenKind = "keyword" | "field" | "operator" | "number" | "address" | "string" | "comment" | "bracket" | "error";
export interface Completion {
  text: string;
  kind: string;
  help: string;
}

// POST /queries Question -> 202 Job. A job without an event stream for 10 s (its page was closed) is cancelled, unless keep: true.
export interface Question {
  kind: "flows" | "statistic" | "series";
  filter?: string;
  from: string | number;
  to: string | number;
  profile?: string;
  channels?: string[];
  sources?: string[];
  statistic?: string; // "srcip/bytes", as -s takes it
  aggregate?: string; // as -A takes it
  bidirectional?: boolean;
  order?: string; // as -O
  top?: number;
  count?: number;
  packet_limit?: string; // as -l, -L
  byte_limit?: string;
  resolution?: number; // of kind series; without: the finest with at most 1000 steps
  unit?: Unit; // of kind series; without: bytes
  class?: TrafficClass; // of kind series; without: any
  text?: string; // a format of -o: nfdump's text instead of a table
  keep?: boolean;
}
export interface Job {
  id: string;
  state: "waiting" | "running" | "done" | "failed" | "cancelled";
  command: string[]; // the equivalent command line, for copying
  progress: { ratio: number; rows: number; blocks: number; skipped: number; seconds: number };
  partial: boolean;
  detail: string; // why it failed, or why it is partial
  covers: string; // sentence: what the result covers
  started_ms: number;
}
// GET /queries/{id}   DELETE /queries/{id}   GET /queries/{id}/events (server-sent: event "job", data Job, until it ends)
// GET /queries/{id}/text : nfdump's text
// GET /queries?offset=0&limit=100: Page<Job>, one's own (an admin's: all), the newest first
// GET /queries/{id}/result?offset=0&limit=100, of kind series ?unit=bytes&class=any
// DELETE ends a query that runs with what there is; one that has ended is forgotten. 204.
export interface Result {
  columns: ResultColumn[];
  total: number; // rows
  offset: number;
  rows: (string | number | null)[][];
  sums: { flows: number; packets: number; bytes: number };
  series?: Series; // of kind series
}
export interface ResultColumn {
  name: string; // "src_addr", "bytes" ...
  title: string;
  unit: "time_ms" | "duration_ms" | "bytes" | "packets" | "flows" | "bits_per_second" | "packets_per_second" | "bytes_per_packet" | "ratio" | "address" | "port" | "as" | "proto" | "flags" | "text" | "number";
  filter?: string; // how a value refines the filter: "src ip {}"; absent: it cannot
}

// POST /fills {profile, channel, from?, to?} -> 202 Fill. A channel's past out of the archive.
export interface Fill {
  id: string;
  profile: string;
  channel: string;
  from_s: number;
  to_s: number;
  state: "waiting" | "running" | "done" | "failed" | "cancelled";
  progress: number; // 0 to 1
  detail: string;
  covers: string;
}
// GET /fills   GET /fills/{id}   DELETE /fills/{id}

// GET /events?profile=a,b : server-sent; rows of those profiles. event "second" each second; event "configuration" {generation}; event "problems" Trouble[]
// when they change; event "fill" Fill.
export interface Second {
  now_ms: number;
  at_s: number; // the second that has ended
  rows: { profile: string; channel: string; cells: number[] }[]; // tcp, udp, icmp, other x flows, packets, bytes: 12 numbers; empty rows left out
  datagrams: number;
  flows: number;
  lost: number; // flows lost in us in that second
  busy: number[]; // of each worker
}
