// SPDX-License-Identifier: Apache-2.0
#include "control/query/options.hpp"

namespace query {

std::string_view help_text() noexcept {
    return R"(Ask the archive of raw flows, in nfdump's words.
Usage: net-collector query [OPTIONS] [FILTER]

FILTER is nfdump's language (`net-collector filter fields` lists what it can ask); several words are joined by blanks.

What is asked
  -f FILE            read the filter from FILE, - = standard input; FILTER goes first
  -t WINDOW          2026/01/15.11:50:00[-2026/01/15.11:55:00], parts may be left out, local time; or -1h, -2h--1h,
                     2026-01-15T11:50Z; +10, -10: the first, the last 10 seconds of all flows. Without an end: up to
                     now. A flow is taken when it lies wholly inside
  --source NAME      only flows of this source; may be repeated
  --profile NAME     only flows of this profile's channels (their filters and sources)
  --channel NAME     only of this one of them; may be repeated
  -r FILE, -R RANGE, -M DIRS
                     read segment files (DIR, DIR/FILE, DIR/FIRST:LAST) instead of the data directory

How it is put together
  -s ELEMENT[:p][/ORDER...]
                     the top of an element: srcip, dstport, record ...; :p by protocol too; may be repeated
  -a                 one line a connection (protocol, addresses, ports)
  -A FIELDS          one line for each combination: srcip4/24,dstport
  -b, -B             one line for both directions; -B: the server, of the lower port, is the destination
  -O ORDER           flows, packets, bytes, pps, bps, bpp, tstart, tend, duration ...
  -n N               only the first N lines; default 10 with -s, else all; 0 = all
  -c N               only the first N flows that match
  -l LIMIT, -L LIMIT of -s and -a: only lines of more than (+, default) or less than (-) so many packets, bytes: -L 1M
  -I                 only the totals by class
  --raw              counters as exported, not scaled by sampling

How it is printed
  -o FORMAT          line (default), long, extended, biline, bilong, gline, glong, nsel, nel, raw, csv, json, ndjson,
                     pipe, null, fmt:...; 6 behind it: long IPv6 addresses
  -q                 no header, no summary
  -N                 plain numbers
  -6                 long IPv6 addresses
  -T                 control-A before addresses
  --json             records, statistics and what they cover, as JSON
  --explain          on standard error: how it was answered, what was skipped and why

How it is run
  --watch [SECONDS]  again each 5 seconds, or as said; Ctrl-C ends
  --threads N        default: all cores when nothing else needs them
  --memory SIZE      for groups, default 2G; beyond it they go to disk, or the answer is partial
  --timeout TIME     ends after 60s, 5m ... with what there is
  -d, --data DIR     data directory, instead of the configured one
  --config FILE      configuration
  --progress FD      how far it is, as JSON on this descriptor
  --confined         without privileges, of lowest priority, with bounded memory and time: for other programs' users
  -Z, -X             only check the filter; show what it became
  -V, --version      -h, --help

Examples
  net-collector query -t -1h -s srcip/bytes                       who sent most, the last hour
  net-collector query -t -1h -s dstport:p/flows -s dstip 'src net 10/8'
  net-collector query -t 2026/01/15.11:50 -c 20 -o long 'proto tcp and flags S and not flags A'
  net-collector query -t -1d -A srcip4/24,dstport -O bytes -n 20 'port 53'
  net-collector query --source edge -t -10m -o json 'host 192.0.2.7' | jq .
  net-collector query --profile zone1_profile --channel dns -t -5m -s ip --watch
  net-collector query --explain -t -7d 'host 192.0.2.7'

Exit codes: 0 done, nothing found included; 1 failed, or interrupted (what there is so far is printed); 2 the command
line is wrong; 4 there is no data; 5 the filter is wrong.
)";
}

}  // namespace query
