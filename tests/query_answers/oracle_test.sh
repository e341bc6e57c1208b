#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The oracle's flows through the daemon into the archive: `net-collector query` answers what nfdump 1.7.1 answers, byte for byte.
# Recorded answers (tests/data/valid/nfdump_answers.txt) need no nfdump; those of ../shared/oracle are looked at where they are.
. "$(dirname "$0")/../smoke/daemon_lib.sh"
need python3 python3
oracle=$(dirname "$0")/oracle.py
capture=$build/tests/query_answers/oracle_capture
for program in "$daemon" "$command" "$capture"; do
    [ -x "$program" ] || skip "$program is not built"
done

write_config loopback
"$capture" v9 "$work/rich.pcap"
"$capture" v5 "$work/v5.pcap"
"$capture" v9 "$work/twice.pcap" 2
for set in rich v5 twice; do
    "$daemon" --config "$config" --data "$work/sets/$set" -o json --replay "$work/$set.pcap" >"$work/$set.json" 2>"$work/collector.log"
    same "$set: balanced" true "$(value balanced <"$work/$set.json")"
done
failed=0
python3 "$oracle" check "$command" "$work/sets" "$top/tests/data/valid/nfdump_answers.txt" || failed=1
shared=$top/../shared/oracle/stats.out
if [ -f "$shared" ]; then
    python3 "$oracle" check "$command" "$work/sets" "$shared" --no-dates || failed=1
else
    echo "no $shared: only the recorded answers were looked at"
fi
exit $failed
