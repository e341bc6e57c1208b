#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# exported.py and flow-generator, written apart, agree on what a stream holds: the smoke tests can trust both.
. "$(dirname "$0")/lib.sh"
need python3 python3
[ -x "$generator" ] || skip "$generator is not built"

for stream in v5:2055 v9:2055 ipfix:4739 sflow:6343; do
    protocol=${stream%:*}
    "$generator" --protocol "$protocol" --write "$work/$protocol.pcap" --count 20000 --exporters 3 -o json \
        >"$work/$protocol.json"
    python3 "$smoke/exported.py" "$work/$protocol.pcap" "${stream#*:}" >"$work/read.json"
    python3 - "$work/$protocol.json" "$work/read.json" <<'END' || fail "$protocol: the two differ"
import json, sys
sent, read = (json.load(open(path)) for path in sys.argv[1:])
sys.exit(any(sent[key] != read[key] for key in read))
END
done
