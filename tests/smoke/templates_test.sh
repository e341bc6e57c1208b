#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Templates and sampling rates never cost data: data before its template is held; after a kill -9 in mid-stream everything
# goes on although the exporter sends no template and no rate again.
. "$(dirname "$0")/daemon_lib.sh"
need_basics
make_ns box
write_config loopback

# Two exporters' templates come after 20 datagrams of each.
launch box
for protocol in v9 ipfix; do
    generate box late-$protocol -t 127.0.0.1 --protocol $protocol --rate 20000 --count 20000 --exporters 2 --late-templates 20
done
sent=(netflow-global="$work/late-v9.json" ipfix-global="$work/late-ipfix.json")
python3 "$smoke/check.py" wait "$command" "$data" 10 "${sent[@]}"
stop_collector
python3 "$smoke/check.py" equal "$command" "$data" "${sent[@]}"
"$command" ledger -o json --data "$data" >"$work/ledger.json"
held=$(value held.sets <"$work/ledger.json")
[ "$held" -ge 80 ] || fail "only $held sets were held"
same "held sets that were decoded" "$held" "$(value held.replayed <"$work/ledger.json")"

# One datagram in 100 packets is sampled; templates and rate are in the first datagrams only.
rm -rf "$data"
for protocol in v9 ipfix; do
    "$generator" --write "$work/$protocol.pcap" --protocol $protocol --rate 100000 --count 9000 --exporters 2 --sampling 100 \
        -o json >"$work/$protocol.json"
done
port() { [ "$1" = v9 ] && echo 2055 || echo 4739; }
launch box
for protocol in v9 ipfix; do
    in_ns box python3 "$smoke/resend.py" "$work/$protocol.pcap" 127.0.0.1 "$(port $protocol)" 0 100
done
wait_through 3500
sleep 1.5
kill -9 "$collector"
wait "$collector" || true
launch box
for protocol in v9 ipfix; do
    in_ns box python3 "$smoke/resend.py" "$work/$protocol.pcap" 127.0.0.1 "$(port $protocol)" 100 100000
done
sent=(netflow-global="$work/v9.json" ipfix-global="$work/ipfix.json")
python3 "$smoke/check.py" wait "$command" "$data" 10 "${sent[@]}"
stop_collector
python3 "$smoke/check.py" equal "$command" "$data" "${sent[@]}"
lost=$("$command" exporters -o json --data "$data" | python3 -c 'import json, sys; print(sum(e["lost"] for e in json.load(sys.stdin)))')
same "missing by sequence, over the restart" 0 "$lost"
